# Robust errors and tests of lavaan -> robust_*.csv: MLM, MLR, clusters and sampling weights, on the children of Holzinger
# and Swineford with clusters and weights drawn here (robust_drawn.csv).
#
# Estimates are polished (lavaan_tables.R), because the sandwich is taken where the gradient vanishes. Where rows are
# clustered lavaan models means; meanstructure = TRUE on both sides makes the parameter counts alike. Branches lie within
# schools: of a branch in two groups lavaan adds up each group's part alone, we add up the whole branch.
source("lavaan_tables.R")

set.seed(20261124)
children <- HolzingerSwineford1939
children$branch <- sample(1:12, nrow(children), replace = TRUE) + ifelse(children$school == "Pasteur", 0, 12)
children$weight <- round(runif(nrow(children), .3, 2), 3)
write_tidy(children[c("id", "branch", "weight")], "robust_drawn.csv")

cfa <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
paths <- paste0(cfa, "\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex")
mediated <- paste0(cfa, "\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nindirect := a*b\ntotal := c + a*b")
equal <- c("loadings", "intercepts")
cases <- list(
  mlm = list(cfa, estimator = "MLM"), mlm_x = list(paths, estimator = "MLM"),
  mlm_random_x = list(paths, estimator = "MLM", fixed.x = FALSE),
  mlm_groups = list(cfa, estimator = "MLM", group = "school", group.equal = equal),
  mlm_groups_x = list(paths, estimator = "MLM", group = "school", group.equal = "loadings"),
  mlr = list(cfa, estimator = "MLR"), mlr_x = list(paths, estimator = "MLR"),
  mlr_random_x = list(paths, estimator = "MLR", fixed.x = FALSE), mlr_defined = list(mediated, estimator = "MLR"),
  mlr_means = list(cfa, estimator = "MLR", meanstructure = TRUE),
  mlr_groups = list(cfa, estimator = "MLR", group = "school", group.equal = equal),
  mlr_groups_x = list(paths, estimator = "MLR", group = "school", group.equal = "loadings"),
  cluster = list(cfa, estimator = "MLR", cluster = "branch", meanstructure = TRUE),
  cluster_x = list(paths, estimator = "MLR", cluster = "branch", meanstructure = TRUE),
  cluster_groups = list(cfa, estimator = "MLR", cluster = "branch", group = "school", group.equal = equal),
  weights = list(cfa, estimator = "MLR", sampling.weights = "weight"),
  weights_x = list(paths, estimator = "MLR", sampling.weights = "weight"),
  weights_groups = list(cfa, estimator = "MLR", sampling.weights = "weight", group = "school", group.equal = equal),
  cluster_weights = list(cfa, estimator = "MLR", cluster = "branch", sampling.weights = "weight", meanstructure = TRUE))

described <- lapply(names(cases), function(name) {
  args <- modifyList(list(model = cases[[name]][[1]], data = children, fixed.x = TRUE), cases[[name]][-1])
  default <- quietly(do.call("sem", args))
  fit <- quietly(polish(args, default))$fit
  parameters <- cbind(model = name, parameters_of(fit))
  fit@baseline <- default@baseline
  measures <- fitMeasures(fit)
  list(parameters = parameters[c("model", KEY, "label", "est", "se", "pvalue", "std.all", "std.all.se")],
       measures = data.frame(model = name, measure = names(measures), value = as.numeric(measures)))
})
write_all(described, "robust", c("parameters", "measures"))

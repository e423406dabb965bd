# Full information from answers with holes -> fiml_*.csv: the children of Holzinger and Swineford, and those random models
# that have raw data, each with holes that depend on an answer that is there (missing at random).
#
# em.h1.tol: by default lavaan stops EM 1e-5 short of the saturated optimum. The search is told to stop late instead of being
# polished (lavaan_tables.R), which would run EM for every step.
# Where x is random lavaan's .robust forms differ between fixed.x = FALSE and the same model with the moments of x written
# out; the latter are right, so there we write them out for .robust RMSEA (random_x_written).
source("lavaan_tables.R")

# The same integers in tests/sem/test_full_information_oracle.py; row and column count from 1.
punch <- function(data, columns, driver) {
  high <- data[[driver]] > mean(data[[driver]])
  for (column in seq_along(columns)) {
    row <- seq_len(nrow(data))
    chance <- (row * 7919 + column * 104729 + row * column * 31) %% 997
    data[[columns[column]]][chance < ifelse(high, 160, 50)] <- NA
  }
  data
}

children <- HolzingerSwineford1939
drawn <- read.csv("robust_drawn.csv")
children$branch <- drawn$branch
children$weight <- drawn$weight
children$sex <- as.numeric(children$sex)
items <- paste0("x", 1:9)
holed <- punch(children, items, "ageyr")
holed_x <- punch(holed, "ageyr", "sex")

cfa <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
paths <- paste0(cfa, "\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex")
mediated <- paste0(cfa, "\ntextual ~ a*visual\nspeed ~ b*textual + c*visual\nindirect := a*b\ntotal := c + a*b")
constrained <- paste0(cfa, "\nx2 ~~ r*x2\nx3 ~~ s*x3\nr == 2*s\nvisual ~ 0*1")
equal <- c("loadings", "intercepts")
written <- "\nageyr ~~ ageyr + sex\nsex ~~ sex\nageyr ~ 1\nsex ~ 1"
cases <- list(
  ml = list(cfa), mlr = list(cfa, estimator = "MLR"), ml_x = list(paths), mlr_x = list(paths, estimator = "MLR"),
  ml_defined = list(mediated), ml_constrained = list(constrained), mlr_constrained = list(constrained, estimator = "MLR"),
  ml_random_x = list(paths, data = holed_x, fixed.x = FALSE),
  mlr_random_x = list(paths, data = holed_x, fixed.x = FALSE, estimator = "MLR"),
  random_x_written = list(paste0(paths, written), data = holed_x, fixed.x = FALSE, estimator = "MLR"),
  ml_groups = list(cfa, group = "school", group.equal = equal),
  mlr_groups = list(cfa, group = "school", group.equal = equal, estimator = "MLR"),
  ml_groups_x = list(paths, group = "school", group.equal = "loadings"),
  mlr_groups_x = list(paths, group = "school", group.equal = "loadings", estimator = "MLR"),
  cluster = list(cfa, estimator = "MLR", cluster = "branch"),
  weights = list(cfa, estimator = "MLR", sampling.weights = "weight"),
  weights_groups = list(cfa, estimator = "MLR", sampling.weights = "weight", group = "school"))
sources <- lapply(cases, function(case) modifyList(
  list(model = case[[1]], data = holed, fixed.x = TRUE), case[-1]))

models <- read_models("random_models.csv")
for (i in seq_len(nrow(models))) {
  file <- file.path("random_data", paste0(models$model[i], ".csv"))
  if (!file.exists(file)) next
  data <- read.csv(file, encoding = "UTF-8")
  holes <- setdiff(names(data), "group")
  holes <- holes[!grepl("^z", holes)]
  models$meanstructure[i] <- "TRUE"
  source <- list(data = punch(data, holes[-1], holes[1]))
  if (!is.null(data$group)) source$group <- "group"
  args <- arguments(models[i, ], source)
  args$estimator <- if (i %% 2) "ML" else "MLR"
  sources[[models$model[i]]] <- args
}

described <- lapply(names(sources), function(name) {
  args <- c(sources[[name]], list(missing = "fiml", em.h1.tol = 1e-12, em.h1.iter.max = 10000))
  late <- c(args, list(control = list(rel.tol = 1e-13, x.tol = 1e-12, iter.max = 1000, eval.max = 2000)))
  fit <- tryCatch(quietly(do.call("sem", late)), error = function(e) NULL)
  if (is.null(fit) || !lavInspect(fit, "converged")) fit <- tryCatch(quietly(do.call("sem", args)), error = function(e) NULL)
  if (is.null(fit) || !lavInspect(fit, "converged")) { message(name, ": no solution"); return(list()) }
  gradient <- crossprod(free_directions(fit), as.numeric(lavInspect(fit, "gradient")))
  message(name, " ", format(max(abs(gradient))))
  parameters <- cbind(model = name, parameters_of(fit))
  measures <- fitMeasures(fit)
  measures <- measures[names(measures) %in% c(MEASURES, grep("scaled$|robust$|factor$", names(measures), value = TRUE))]
  measures <- measures[!grepl("notclose|rfi|pnfi|ifi|rni|nnfi", names(measures))]
  list(parameters = parameters[c("model", KEY, "est", "se", "std.all.se")],
       measures = data.frame(model = name, measure = names(measures), value = as.numeric(measures)))
})
write_all(described, "fiml", c("parameters", "measures"))

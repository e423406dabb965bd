# What lavaan says once a model is fitted -> after_fit_*.csv: modification indices, on the children of Holzinger and
# Swineford, at the optimum (lavaan_tables.R).
source("lavaan_tables.R")

children <- HolzingerSwineford1939
cfa <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
paths <- paste0(cfa, "\nspeed ~ visual + ageyr\ntextual ~ ageyr + sex")
tied <- paste0("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + e*x6\nspeed =~ x7 + d*x8 + d*x9\n",
               "a == b\nc == 2*e - .5")
equal <- c("loadings", "intercepts")
cases <- list(
  cfa = list(cfa), means = list(cfa, meanstructure = TRUE), std_lv = list(cfa, std.lv = TRUE), tied = list(tied),
  second = list(paste0(cfa, "\ng =~ visual + textual + speed")), paths = list(paths),
  random_x = list(paths, fixed.x = FALSE),
  observed = list("x1 ~ x2 + x3\nx4 ~ x1\nx5 ~ x4", fixed.x = FALSE, meanstructure = TRUE),
  groups = list(cfa, group = "school"), equal = list(cfa, group = "school", group.equal = equal),
  equal_x = list(paths, group = "school", group.equal = "loadings"))

described <- lapply(names(cases), function(name) {
  args <- modifyList(list(model = cases[[name]][[1]], data = children, fixed.x = TRUE), cases[[name]][-1])
  fit <- quietly(polish(args, quietly(do.call("sem", args))))$fit
  indices <- as.data.frame(quietly(modindices(fit)))
  if (is.null(indices$group)) indices$group <- 1
  indices <- indices[order(-indices$mi), c(KEY, "mi", "epc", "sepc.lv", "sepc.all", "sepc.nox")]
  list(modification = cbind(model = name, head(indices, 40)))
})
write_all(described, "after_fit", c("modification"))

# Score tests of what is held equal, named by the parameters instead of lavaan's plabels.
score <- c("tied", "equal", "equal_x")
cases$three <- list(cfa, group = "ageyr", group.equal = "loadings")
tests <- lapply(c(score, "three"), function(name) {
  args <- modifyList(list(model = cases[[name]][[1]], data = subset(children, ageyr %in% 12:14), fixed.x = TRUE), cases[[name]][-1])
  if (name != "three") args$data <- children
  fit <- quietly(polish(args, quietly(do.call("sem", args))))$fit
  test <- quietly(lavTestScore(fit))
  table <- as.data.frame(parTable(fit))
  group <- function(plabel) table$group[match(plabel, table$plabel)]
  label <- function(plabel) with(table, paste(lhs, op, rhs))[match(plabel, table$plabel)]
  uni <- as.data.frame(test$uni)
  named <- grepl("^[.]p", uni$lhs)
  list(score = rbind(
    data.frame(model = name, first = ifelse(named, label(uni$lhs), uni$lhs), second = ifelse(named, label(uni$rhs), uni$rhs),
               group1 = group(uni$lhs), group2 = group(uni$rhs), X2 = uni$X2, df = uni$df, p.value = uni$p.value),
    data.frame(model = name, first = "total", second = "", group1 = NA, group2 = NA, X2 = test$test$X2,
               df = test$test$df, p.value = test$test$p.value)))
})
write_all(tests, "after_fit", "score")

# Standardized residuals.
cases$mlr <- list(cfa, estimator = "MLR")
cases$mlm <- list(cfa, estimator = "MLM")
cases$mlr_x <- list(paths, estimator = "MLR")
cases$mlm_x <- list(paths, estimator = "MLM")
cases$mlr_groups <- list(paths, estimator = "MLR", group = "school")
residuals <- lapply(c("cfa", "means", "paths", "random_x", "groups", "mlr", "mlm", "mlr_x", "mlm_x", "mlr_groups"), function(name) {
  args <- modifyList(list(model = cases[[name]][[1]], data = children, fixed.x = TRUE), cases[[name]][-1])
  fit <- quietly(polish(args, quietly(do.call("sem", args))))$fit
  found <- quietly(lavResiduals(fit))
  if (!is.null(found$cov)) found <- list(found)
  groups <- Filter(function(each) is.list(each) && !is.null(each$cov.z), found)
  list(residuals = do.call(rbind, lapply(seq_along(groups), function(g) {
    z <- groups[[g]]$cov.z
    lower <- which(lower.tri(z, diag = TRUE), arr.ind = TRUE)
    table <- data.frame(model = name, group = g, row = rownames(z)[lower[, 1]], column = colnames(z)[lower[, 2]], z = z[lower])
    mean <- groups[[g]]$mean.z
    if (is.null(mean)) return(table)
    rbind(table, data.frame(model = name, group = g, row = names(mean), column = "", z = as.numeric(mean)))
  })))
})
write_all(residuals, "after_fit", "residuals")

# Factor scores of a few children. Without a score: lavaan's Bartlett of constructs measured by constructs (it prints 0).
holed <- children
holed$x1[1:30] <- NA
holed$x5[20:60] <- NA
holed[25, paste0("x", 1:6)] <- NA
scored <- c("cfa", "second", "equal", "paths", "holed")
cases$holed <- list(cfa, missing = "ml")
some <- c(1:3, 20, 25, 30, 50, 200, 301)
factor_scores <- lapply(scored, function(name) {
  args <- modifyList(list(model = cases[[name]][[1]], data = children, fixed.x = TRUE), cases[[name]][-1])
  fit <- quietly(polish(args, quietly(do.call("sem", args))))$fit
  parts <- lapply(c("regression", "bartlett"), function(method) {
    if (method == "bartlett" && name == "second") return(NULL)
    found <- lavPredict(fit, method = if (method == "bartlett") "Bartlett" else method, assemble = TRUE,
                        newdata = if (name == "holed") holed)
    found <- as.data.frame(found)[c("visual", "textual", "speed", if (name == "second") "g")][some, ]
    data.frame(model = name, method = method, row = rep(some, ncol(found)), construct = rep(names(found), each = length(some)),
               score = unlist(found, use.names = FALSE))
  })
  list(scores = do.call(rbind, parts))
})
write_all(factor_scores, "after_fit", "scores")

# The same from answers with holes, and from the responses behind ordinal answers. There the estimates are lavaan's own
# stop: a polished fit would lose what it knows of the answers.
holed_twice <- children
for (item in 1:9) holed_twice[[paste0("x", item)]][seq(item, 301, by = 10 + item)] <- NA
ordinal <- children
for (item in paste0("x", 1:9)) ordinal[[item]] <- as.integer(cut(children[[item]], 4))
write_tidy(ordinal[paste0("x", 1:9)], "after_fit_ordinal.csv")
wide <- children
wide$x1 <- children$x1 * 10
others <- list(
  gls = list(cfa, data = children, estimator = "GLS"), uls = list(cfa, data = wide, estimator = "ULS"),
  fiml = list(cfa, data = holed_twice, missing = "ml"), fiml_equal = list(cfa, data = holed_twice, missing = "ml", group = "school", group.equal = equal),
  wlsmv = list(cfa, data = ordinal, ordered = TRUE), ulsmv = list(cfa, data = ordinal, ordered = TRUE, estimator = "ULSMV"),
  wlsmv_equal = list(cfa, data = ordinal, ordered = TRUE, group = "school", group.equal = c("loadings", "thresholds")))
elsewhere <- lapply(names(others), function(name) {
  args <- c(list(model = others[[name]][[1]]), others[[name]][-1])
  fit <- quietly(do.call("sem", args))
  indices <- as.data.frame(quietly(modindices(fit)))
  if (is.null(indices$group)) indices$group <- 1
  indices <- indices[order(-indices$mi), c(KEY, "mi", "epc", "sepc.lv", "sepc.all", "sepc.nox")]
  out <- list(others = cbind(model = name, head(indices, 25)))
  if (grepl("equal", name)) {
    test <- quietly(lavTestScore(fit))
    out$others_score <- cbind(model = name, as.data.frame(test$uni)["X2"])
  }
  out
})
write_all(elsewhere, "after_fit", c("others", "others_score"))

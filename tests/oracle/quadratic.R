# Least squares of continuous variables (GLS, ULS) as lavaan computes them, on lavaan's HolzingerSwineford1939.
#
# Rscript tests/oracle/quadratic.R      writes quadratic_*.csv beside this script
suppressMessages(library(lavaan))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy(), quietly()

data <- HolzingerSwineford1939
data$w4 <- 20 * data$x4  # a wide item
factors <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
model <- function(id, text, means = FALSE, group = "", equal = "") data.frame(id, text, means, group, equal)
models <- rbind(
  model("factors", factors),
  model("means", factors, means = TRUE),
  model("paths", "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\ntextual ~ visual + x9\nvisual ~ x9\nx2 ~~ x6"),
  model("equal", "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nx1 ~~ a*x1\nx2 ~~ a*x2\nx5 ~~ b*x5\nx6 ~~ b*x6"),
  model("observed", "x1 ~ x2 + x3\nx4 ~ x1 + x2"),
  model("wide", "visual =~ x1 + x2 + x3\ntextual =~ x5 + w4 + x6\nx1 ~~ a*x1\nx2 ~~ a*x2"),
  model("groups", factors, means = TRUE, group = "school"),
  model("groups_equal", factors, means = TRUE, group = "school", equal = "loadings intercepts"),
  model("groups_variances", "visual =~ x1 + x2 + x3 + x9\ntextual ~ visual\ntextual =~ x4 + x5 + x6", group = "school",
        means = TRUE, equal = "loadings residuals lv.variances"))
models <- rbind(cbind(models, estimator = "GLS"), cbind(models, estimator = "ULS"))
write.csv(models, "quadratic_models.csv", row.names = FALSE)

told <- c("npar", "fmin", "chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "cfi", "tli", "nfi", "rmsea",
          "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "srmr")
measures <- parameters <- list()
for (at in seq_len(nrow(models))) {
  one <- models[at, ]
  args <- list(one$text, data, estimator = one$estimator, meanstructure = one$means, control = list(rel.tol = 1e-11))
  if (nzchar(one$group)) args$group <- one$group
  if (nzchar(one$equal)) args$group.equal <- strsplit(one$equal, " ")[[1]]
  fit <- quietly(do.call("sem", args))
  if (!lavInspect(fit, "converged")) {
    args$control <- NULL
    fit <- quietly(do.call("sem", args))
  }
  stopifnot(lavInspect(fit, "converged"))
  id <- paste(one$id, one$estimator)
  measures[[at]] <- data.frame(model = id, measure = told, value = as.numeric(fitMeasures(fit, told)))
  parameters[[at]] <- cbind(model = id, quietly(parameters_of(fit)))
}
write_tidy(do.call(rbind, measures), "quadratic_measures.csv")
table <- do.call(rbind, parameters)[c("model", KEY, "est", "se", "std.all", "std.all.se")]
for (name in names(table)) if (is.double(table[[name]])) table[[name]] <- signif(table[[name]], 9)
write_tidy(table, "quadratic_parameters.csv")

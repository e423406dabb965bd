# Ordinal items of the same people in two waves -> ordinal_waves_*.csv: the levels of Wu & Estabrook (2016) in the models
# that semTools writes (measEq.syntax), fitted by lavaan's WLSMV. The panel is drawn here.
source("lavaan_tables.R")
suppressMessages(library(semTools))

set.seed(6404)
people <- 500
LOADING <- c(1, 0.8, 0.9, 0.7)
CUTS <- list(c(-1.3, -0.2, 1.1), c(-1, 0.1, 0.9), c(-0.8, 0.5, 1.4), c(-1.2, 0, 1))
first <- rnorm(people)
second <- 0.4 + 0.7 * first + rnorm(people, sd = 0.8)
own <- matrix(rnorm(people * 4, sd = 0.6), people)
draw <- function(construct, wave) sapply(1:4, function(item) findInterval(
  LOADING[item] * construct + own[, item] + rnorm(people, sd = 0.8), CUTS[[item]]) + 1)
panel <- setNames(as.data.frame(cbind(draw(first), draw(second))), c(paste0("x", 1:4, "a"), paste0("x", 1:4, "b")))
write_tidy(panel, "ordinal_waves_data.csv")

MODEL <- "fa =~ x1a + x2a + x3a + x4a\nfb =~ x1b + x2b + x3b + x4b"
STEPS <- list(configural = "", thresholds = "thresholds", loadings = c("thresholds", "loadings"),
              intercepts = c("thresholds", "loadings", "intercepts"),
              residuals = c("thresholds", "loadings", "intercepts", "residuals"))
MEASURES <- c("chisq", "chisq.scaled", "df.scaled", "pvalue.scaled", "cfi.scaled", "rmsea.scaled", "srmr")
fits <- lapply(STEPS, function(equal) {
  syntax <- do.call(measEq.syntax, list(configural.model = MODEL, data = panel, ordered = names(panel),
    parameterization = "theta", ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", long.equal = equal,
    longFacNames = list(f = c("fa", "fb")),
    longIndNames = setNames(lapply(paste0("x", 1:4), paste0, c("a", "b")), paste0("x", 1:4))))
  look <- function(...) quietly(cfa(as.character(syntax), data = panel, ordered = names(panel), parameterization = "theta",
                                    estimator = "WLSMV", ...))
  closer <- look(control = list(rel.tol = 1e-13))
  if (lavInspect(closer, "converged")) closer else look()
})
tables <- list()
for (level in names(fits)) tables$measures[[level]] <- data.frame(level = level, measure = MEASURES,
                                                                 value = as.numeric(fitMeasures(fits[[level]], MEASURES)))
for (at in 2:5) {
  test <- quietly(lavTestLRT(fits[[at]], fits[[at - 1]]))
  tables$differences[[at]] <- data.frame(level = names(fits)[at], chisq.diff = test[2, "Chisq diff"],
                                         df.diff = test[2, "Df diff"], pvalue = test[2, "Pr(>Chisq)"])
}
shown <- parameterEstimates(fits$intercepts)
shown <- shown[shown$op == "~1" & shown$lhs == "fb", ]
tables$means[[1]] <- cbind(construct = "f", group = "b", shown[c("est", "se", "ci.lower", "ci.upper")],
                           d = shown$est / sqrt(mean(diag(lavInspect(fits$intercepts, "cov.lv")))))
for (name in names(tables)) write_tidy(do.call(rbind, tables[[name]]), paste0("ordinal_waves_", name, ".csv"))

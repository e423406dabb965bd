# Invariance with missing answers in lavaan -> invariance_fiml_*.csv: the children of Holzinger and Swineford with holes,
# ML and MLR by full information, by school. The EM for the saturated model runs to the end.
source("lavaan_tables.R")

children <- HolzingerSwineford1939[c("school", paste0("x", 1:9))]
set.seed(6403)
for (item in paste0("x", c(2, 3, 5, 8, 9))) {
  gone <- runif(nrow(children)) < plogis(-2.2 + 0.4 * scale(children$x1))
  children[[item]][gone] <- NA
}
write_tidy(children, "invariance_fiml_data.csv")
cfa <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
levels <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
               strict = c("loadings", "intercepts", "residuals"))
MEASURES <- c("chisq", "df", "pvalue", "cfi", "rmsea", "chisq.scaled", "pvalue.scaled", "cfi.robust", "rmsea.robust", "srmr")
tables <- list()
for (estimator in c("ML", "MLR")) {
  fits <- lapply(levels, function(equal) quietly(sem(cfa, children, group = "school", estimator = estimator,
    missing = "fiml", group.equal = equal, em.h1.iter.max = 20000, em.h1.tol = 1e-12)))
  for (level in names(fits)) {
    measures <- fitMeasures(fits[[level]])
    kept <- intersect(MEASURES, names(measures))
    tables$measures[[length(tables$measures) + 1]] <- data.frame(estimator = estimator, level = level, measure = kept,
                                                                 value = as.numeric(measures[kept]))
  }
  for (at in 2:4) {
    test <- quietly(lavTestLRT(fits[[at]], fits[[at - 1]]))
    tables$differences[[length(tables$differences) + 1]] <- data.frame(estimator = estimator, level = names(fits)[at],
      chisq.diff = test[2, "Chisq diff"], df.diff = test[2, "Df diff"], pvalue = test[2, "Pr(>Chisq)"])
  }
}
for (name in names(tables)) write_tidy(do.call(rbind, tables[[name]]), paste0("invariance_fiml_", name, ".csv"))

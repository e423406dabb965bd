# Measurement invariance in lavaan -> invariance_*.csv: the levels by school and by sex of the children of Holzinger and
# Swineford, their difference tests, and latent means. Estimates are polished (lavaan_tables.R).
source("lavaan_tables.R")

children <- HolzingerSwineford1939
children$sex <- ifelse(children$sex == 1, "first", "second")
cfa <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
levels <- list(configural = character(), metric = "loadings", scalar = c("loadings", "intercepts"),
               strict = c("loadings", "intercepts", "residuals"))

tables <- list()
for (estimator in c("ML", "MLR", "MLM")) for (group in c("school", "sex")) {
  key <- data.frame(estimator = estimator, group = group)
  fits <- lapply(levels, function(equal) {
    args <- list(model = cfa, data = children, group = group, estimator = estimator, fixed.x = TRUE)
    if (length(equal)) args$group.equal <- equal
    default <- quietly(do.call("sem", args))
    fit <- quietly(polish(args, default))$fit
    fit@baseline <- default@baseline
    fit
  })
  for (name in names(fits)) {
    measures <- fitMeasures(fits[[name]])
    tables$measures[[length(tables$measures) + 1]] <- cbind(key, level = name, measure = names(measures),
                                                            value = as.numeric(measures))
  }
  for (at in 2:4) for (method in if (estimator == "ML") "standard" else c("satorra.bentler.2001", "satorra.bentler.2010")) {
    test <- quietly(if (method == "standard") lavTestLRT(fits[[at]], fits[[at - 1]]) else
      lavTestLRT(fits[[at]], fits[[at - 1]], method = method))
    tables$differences[[length(tables$differences) + 1]] <- cbind(key, level = names(fits)[at], method = method,
      chisq.diff = test[2, "Chisq diff"], df.diff = test[2, "Df diff"], pvalue = test[2, "Pr(>Chisq)"])
  }
  shown <- parameterEstimates(fits$scalar)
  shown <- shown[shown$op == "~1" & shown$lhs %in% c("visual", "textual", "speed") & shown$group == 2, ]
  latent <- lavInspect(fits$scalar, "cov.lv")
  n <- lavInspect(fits$scalar, "nobs")
  pooled <- sqrt((n[1] * diag(latent[[1]]) + n[2] * diag(latent[[2]])) / sum(n))
  tables$means[[length(tables$means) + 1]] <- cbind(key, construct = shown$lhs, est = shown$est, se = shown$se,
    ci.lower = shown$ci.lower, ci.upper = shown$ci.upper, d = shown$est / pooled[shown$lhs])
}
for (name in names(tables)) write_tidy(do.call(rbind, tables[[name]]), paste0("invariance_", name, ".csv"))

# Invariance across waves of the same people in lavaan -> waves_*.csv, written out by hand: constructs per wave, residuals
# of the same item correlated, equality by labels. The panel is drawn here. Estimates are polished (lavaan_tables.R).
source("lavaan_tables.R")

set.seed(6401)
people <- 320
waves <- c("a", "b", "c")
loading <- c(1, 0.8, 0.9)
trust <- rnorm(people)
panel <- list()
for (wave in seq_along(waves)) {
  trust <- 0.7 * trust + rnorm(people, mean = 0.25, sd = 0.7)
  loyal <- 0.5 * trust + rnorm(people, sd = 0.8)
  for (item in 1:3) {
    own <- if (wave == 1) rnorm(people, sd = 0.4) else panel[[paste0("own", item)]]
    panel[[paste0("own", item)]] <- own
    panel[[paste0("t", item, waves[wave])]] <- 0.2 * item + loading[item] * trust + own + rnorm(people, sd = 0.6)
    shift <- if (item == 2 && wave == 3) 0.5 else 0
    panel[[paste0("l", item, waves[wave])]] <- 3 + shift + loading[item] * loyal + rt(people, 5) * 0.5
  }
}
columns <- c(outer(c("t1", "t2", "t3", "l1", "l2", "l3"), waves, paste0))
panel <- round(as.data.frame(panel)[columns], 3)
write_tidy(panel, "waves_data.csv")

joint <- function(equal, partial = character()) {
  lines <- character()
  for (number in seq_along(waves)) {
    wave <- waves[number]
    for (f in c("t", "l")) {
      label <- if ("loadings" %in% equal) paste0(paste0("b", f, 2:3), "*") else c("", "")
      lines <- c(lines, paste0(f, ".", wave, " =~ 1*", f, "1", wave, " + ", label[1], f, "2", wave, " + ", label[2], f, "3", wave))
      for (item in paste0(f, 1:3)) {
        if ("intercepts" %in% equal && !item %in% partial) lines <- c(lines, paste0(item, wave, " ~ i", item, "*1"))
        if ("residuals" %in% equal) lines <- c(lines, paste0(item, wave, " ~~ e", item, "*", item, wave))
        for (later in waves[-seq_len(number)]) lines <- c(lines, paste0(item, wave, " ~~ ", item, later))
      }
      if ("intercepts" %in% equal && number > 1) lines <- c(lines, paste0(f, ".", wave, " ~ NA*1"))
    }
  }
  paste(lines, collapse = "\n")
}
levels <- list(configural = character(), metric = "loadings", scalar = c("loadings", "intercepts"),
               strict = c("loadings", "intercepts", "residuals"))

tables <- list()
for (estimator in c("ML", "MLR")) for (partial in c("", "l2")) {
  key <- data.frame(estimator = estimator, partial = partial)
  fits <- lapply(levels, function(equal) {
    args <- list(model = joint(equal, partial), data = panel, estimator = estimator, meanstructure = TRUE)
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
  for (at in 2:4) {
    test <- quietly(lavTestLRT(fits[[at]], fits[[at - 1]]))
    tables$differences[[length(tables$differences) + 1]] <- cbind(key, level = names(fits)[at],
      chisq.diff = test[2, "Chisq diff"], df.diff = test[2, "Df diff"], pvalue = test[2, "Pr(>Chisq)"])
  }
  shown <- parameterEstimates(fits$scalar)
  shown <- shown[shown$op == "~1" & grepl("^[tl][.][bc]$", shown$lhs), ]
  variances <- diag(lavInspect(fits$scalar, "cov.lv"))
  pooled <- sapply(substr(shown$lhs, 1, 1), function(f) sqrt(mean(variances[paste0(f, ".", waves)])))
  tables$means[[length(tables$means) + 1]] <- cbind(key, construct = substr(shown$lhs, 1, 1),
    group = substr(shown$lhs, 3, 3), est = shown$est, se = shown$se, ci.lower = shown$ci.lower, ci.upper = shown$ci.upper,
    d = shown$est / pooled)
}
for (name in names(tables)) write_tidy(do.call(rbind, tables[[name]]), paste0("waves_", name, ".csv"))

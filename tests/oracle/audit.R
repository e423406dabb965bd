# What the audit of printed tables recomputes, from base R's distributions and from lavaan, at full precision.
suppressPackageStartupMessages(library(lavaan))
set.seed(20261126)

ncp <- function(x, df, share) {
  if (pchisq(x, df) < share) return(0)
  uniroot(function(l) pchisq(x, df, ncp = l) - share, c(0, 20 * x + 50), tol = 1e-12)$root
}

rows <- list()
for (i in 1:60) {
  df <- sample(1:80, 1); n <- sample(60:2000, 1); groups <- sample(c(1, 1, 2, 3), 1)
  chisq <- df * runif(1, .5, 4); baseline_df <- df + sample(3:40, 1); baseline <- baseline_df * runif(1, 5, 40)
  for (less in 0:1) {
    unit <- (n - less) / groups
    rows[[length(rows) + 1]] <- data.frame(
      case = i, df, n, groups, less, chisq, baseline, baseline_df, pvalue = pchisq(chisq, df, lower.tail = FALSE),
      rmsea = sqrt(max(chisq - df, 0) / (df * unit)), lower = sqrt(ncp(chisq, df, .95) / (df * unit)),
      upper = sqrt(ncp(chisq, df, .05) / (df * unit)),
      pclose = pchisq(chisq, df, ncp = .05^2 * df * unit, lower.tail = FALSE),
      cfi = 1 - max(chisq - df, 0) / max(baseline - baseline_df, chisq - df, 0),
      tli = (baseline / baseline_df - chisq / df) / (baseline / baseline_df - 1), nfi = 1 - chisq / baseline,
      ifi = (baseline - chisq) / (baseline - df), rfi = 1 - (chisq / df) / (baseline / baseline_df))
  }
}
write.csv(do.call(rbind, rows), "audit_fit.csv", row.names = FALSE)

models <- c(
  "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6",
  "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f + x7\nx8 ~ g",
  "x3 ~ x1 + x2\nx4 ~ x3 + x1",
  "x1 ~~ x2\nx3 ~ x1 + x2\nx4 ~ x3 + x1",
  "f =~ a*x1 + a*x2 + x3\ng =~ x4 + x5 + x6\nx1 ~~ x4",
  "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\ns =~ f + g + h",
  "x4 ~ a*x1 + b*x2 + x3\na == b")
s <- diag(9) + .3 - diag(.3, 9); dimnames(s) <- list(paste0("x", 1:9), paste0("x", 1:9))
data <- as.data.frame(MASS::mvrnorm(300, rep(0, 9), s, empirical = FALSE)); data$group <- rep(c("a", "b", "c"), 100)
found <- list()
for (model in models) for (groups in c(1, 2)) for (fixed in c(TRUE, FALSE)) {
  of <- if (groups == 1) data else data[data$group != "c", ]
  fit <- suppressWarnings(sem(model, of, fixed.x = fixed, group = if (groups > 1) "group" else NULL))
  m <- fitMeasures(fit)
  found[[length(found) + 1]] <- data.frame(model, groups, fixed, df = m[["df"]], npar = m[["npar"]],
                                           baseline_df = m[["baseline.df"]])
}
write.csv(do.call(rbind, found), "audit_degrees.csv", row.names = FALSE)

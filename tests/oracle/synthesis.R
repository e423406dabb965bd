# Random-effects synthesis of seeded random cases, and of the BCG trials that come with metafor.
# Run from this folder: Rscript synthesis.R
suppressPackageStartupMessages(library(metafor))
set.seed(20260311)
tight <- list(threshold = 1e-14, maxiter = 10000, stepadj = 0.5)
data <- data.frame(); out <- data.frame(); without <- data.frame()
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
for (case in 0:40) {
  if (case == 0) {
    y <- as.numeric(bcg$yi); se <- sqrt(bcg$vi)
  } else {
    k <- sample(2:15, 1)
    se <- runif(k, .02, .15) * sample(c(1, 1, 3), k, replace = TRUE)
    tau <- sample(c(0, 0, .05, .1, .3), 1)          # many of them estimate no variance at all
    y <- round(.3 + rnorm(k, 0, tau) + rnorm(k, 0, se), 6); se <- round(se, 6)
  }
  k <- length(y)
  data <- rbind(data, data.frame(case = case, study = seq_len(k), est = y, se = se))
  fit <- if (k < 3) rma(y, sei = se, method = "EE") else rma(y, sei = se, method = "REML", test = "adhoc", control = tight)
  ci <- if (k < 3) matrix(NA, 2, 3) else suppressWarnings(confint(fit, control = list(tol = 1e-12, maxiter = 10000)))$random
  wide <- if (k < 3) NA else qt(.975, k - 2) * sqrt(fit$tau2 + fit$se^2)
  out <- rbind(out, data.frame(case = case, k = k, est = fit$beta[1], se = fit$se, ci.lower = fit$ci.lb,
    ci.upper = fit$ci.ub, pvalue = fit$pval, tau2 = if (k < 3) NA else fit$tau2, tau2.ci.lower = ci[1, 2],
    tau2.ci.upper = ci[1, 3], i2 = if (k < 3) NA else fit$I2 / 100, q = fit$QE, q.pvalue = fit$QEp,
    pi.lower = fit$beta[1] - wide, pi.upper = fit$beta[1] + wide))
}
last <- rma(yi, vi, data = bcg, method = "REML", test = "adhoc", control = tight)
without <- data.frame(est = sapply(1:13, function(i) update(last, subset = -i)$beta[1]),
                      tau2 = sapply(1:13, function(i) update(last, subset = -i)$tau2))
write.csv(data, "synthesis_data.csv", row.names = FALSE)
write.csv(format(out, digits = 15), "synthesis.csv", row.names = FALSE, quote = FALSE)
write.csv(format(without, digits = 15), "synthesis_without.csv", row.names = FALSE, quote = FALSE)

# What lavaan and boot find in given resamples: a mediation over constructs, and in two groups.
#
# Rscript tests/oracle/bootstrap.R      writes bootstrap_*.csv beside this script
suppressMessages({library(lavaan); library(boot)})
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # quietly(), write_tidy()
TIGHT <- list(rel.tol = 1e-14, abs.tol = 1e-18, x.tol = 1e-12, iter.max = 5000, eval.max = 10000)

set.seed(20261124)
n <- 100
X <- rnorm(n); M <- .5 * X + rnorm(n, sd = .8); Y <- .5 * M + .2 * X + rnorm(n, sd = .8)
item <- function(f, by) by * f + rnorm(n, sd = .7)
data <- round(data.frame(x1 = item(X, 1), x2 = item(X, .8), x3 = item(X, .9), m1 = item(M, 1), m2 = item(M, .9),
                         m3 = item(M, .7), y1 = item(Y, 1), y2 = item(Y, .8), y3 = item(Y, .9)), 3)
data$side <- rep(c("a", "b"), c(55, 45))
write.csv(data, "bootstrap_data.csv", row.names = FALSE)

MODEL <- "X =~ x1 + x2 + x3\nM =~ m1 + m2 + m3\nY =~ y1 + y2 + y3\nM ~ a*X\nY ~ b*M + c*X\nindirect := a*b\ntotal := c + indirect"
GROUPED <- "M =~ m1 + m2 + m3\nY =~ y1 + y2 + y3\nM ~ x1\nY ~ M + x1"
free_of <- function(fit) {
  table <- parameterEstimates(fit, remove.nonfree = FALSE)
  if (is.null(table$group)) table$group <- 1
  moving <- parTable(fit)$free[match(paste(table$lhs, table$op, table$rhs, table$group),
                                     with(as.data.frame(parTable(fit)), paste(lhs, op, rhs, group)))]
  kept <- table[(!is.na(moving) & moving > 0) | table$op == ":=", ]
  setNames(kept$est, ifelse(kept$op == ":=", kept$lhs, paste0(kept$lhs, kept$op, kept$rhs, ifelse(kept$group > 1, ".g2", ""))))
}
estimate <- function(text, ...) function(data, index) {
  fit <- tryCatch(quietly(sem(text, data[index, ], se = "none", test = "none", baseline = FALSE, control = TIGHT, ...)),
                  error = function(e) NULL)
  free_of(fit)
}
run <- function(name, statistic, strata = rep(1, n), R = 99) {
  set.seed(7)
  found <- boot(data, statistic, R = R, strata = strata)
  index <- boot.array(found, indices = TRUE)
  write.csv(as.data.frame(index - 1), paste0("bootstrap_", name, "_indices.csv"), row.names = FALSE)
  draws <- as.data.frame(found$t); names(draws) <- names(found$t0)
  write_tidy(draws, paste0("bootstrap_", name, "_draws.csv"))
  found
}
single <- run("single", estimate(MODEL))
grouped <- run("grouped", estimate(GROUPED, group = "side", group.equal = "loadings"), strata = as.integer(factor(data$side)))

# Intervals: boot's percentile and BCa, the acceleration from the jackknife.
statistic <- estimate(MODEL)
left_out <- t(sapply(seq_len(n), function(i) statistic(data, setdiff(seq_len(n), i))))
rows <- lapply(seq_along(single$t0), function(at) {
  L <- (n - 1) * (mean(left_out[, at]) - left_out[, at])
  limits <- function(kind, ...) suppressWarnings(
    tail(as.numeric(boot.ci(single, conf = .90, type = kind, index = at, ...)[[if (kind == "perc") "percent" else "bca"]]), 2))
  perc <- limits("perc"); bca <- limits("bca", L = L)
  data.frame(name = names(single$t0)[at], est = single$t0[[at]], acceleration = sum(L^3) / (6 * sum(L^2)^1.5),
             perc.lower = perc[1], perc.upper = perc[2], bca.lower = bca[1], bca.upper = bca[2])
})
write_tidy(do.call(rbind, rows), "bootstrap_single_intervals.csv")

# lavaan's own intervals from its own draws.
fit <- quietly(sem(MODEL, data, se = "bootstrap", bootstrap = 120, iseed = 11))
own <- lapply(c(percentile = "perc", bc = "bca.simple"), function(type) {
  table <- parameterEstimates(fit, boot.ci.type = type, level = .95)
  table[table$op == "~" | table$lhs == "indirect", c("lhs", "op", "rhs", "est", "se", "ci.lower", "ci.upper")]
})
boots <- as.data.frame(lavInspect(fit, "boot"))[c("a", "b", "c")]
boots$indirect <- boots$a * boots$b
write_tidy(boots, "bootstrap_lavaan_draws.csv")
write_tidy(do.call(rbind, Map(function(table, ci) cbind(ci = ci, table), own, names(own))), "bootstrap_lavaan_intervals.csv")

# Bollen & Stine: the items turned so that the model holds in them, then the same resamples; and lavaan's own draws.
fit <- quietly(sem(MODEL, data, control = TIGHT))
root <- function(matrix, power) with(eigen(matrix, symmetric = TRUE), vectors %*% diag(values^power) %*% t(vectors))
items <- setdiff(names(data), "side")
observed <- lavInspect(fit, "sampstat")$cov
turned <- as.data.frame(scale(data[items], scale = FALSE) %*% root(observed, -.5) %*% root(fitted(fit)$cov, .5))
names(turned) <- items
index <- boot.array(single, indices = TRUE)
# at so tight a stop lavaan says it has not converged and gives no measures: chi-square from its discrepancy F/2
chisq_of <- function(fit) 2 * n * fit@optim$fx
chisq <- apply(index, 1, function(at) chisq_of(quietly(sem(MODEL, turned[at, ], control = TIGHT))))
write_tidy(data.frame(chisq = chisq), "bootstrap_turned_chisq.csv")
plain <- quietly(sem(MODEL, data))
own <- quietly(bootstrapLavaan(plain, R = 400, type = "bollen.stine", FUN = fitMeasures, fit.measures = "chisq", iseed = 5))
own <- as.numeric(own)
write_tidy(data.frame(chisq = chisq_of(fit), draws = length(own), mean = mean(own), sd = sd(own),
                      q90 = quantile(own, .9)[[1]], above = mean(own > chisq_of(fit))),
           "bootstrap_turned_lavaan.csv")

# The Monte-Carlo interval of the indirect effect, with so many draws that they no longer matter.
set.seed(3)
interval <- semTools::monteCarloCI(plain, nRep = 1e6, level = .95, append.samples = FALSE)
write_tidy(data.frame(name = rownames(interval), interval), "bootstrap_monte_carlo.csv")

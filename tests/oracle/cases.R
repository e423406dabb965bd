# Comparisons of groups in base R, on seeded scores of our own with unequal variances and sizes.
#
# Rscript tests/oracle/cases.R      writes cases_*.csv beside this script
# Games-Howell has no function in base R: Welch's standard error and degrees of freedom with ptukey and qtukey.
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
write_tidy <- function(table, file) {
  numbers <- vapply(table, is.double, TRUE)
  table[numbers] <- lapply(table[numbers], function(x) sprintf("%.15g", x))
  write.csv(table, paste0("cases_", file, ".csv"), row.names = FALSE, quote = TRUE, fileEncoding = "UTF-8")
}

set.seed(20261124)
sizes <- c(A = 60, B = 45, C = 30, D = 12)
insurer <- rep(names(sizes), sizes)
clip <- function(x) pmin(7, pmax(1, round(x)))
person <- rnorm(sum(sizes))
spread <- rep(c(.6, 1.1, .8, 1.6), sizes)
answers <- data.frame(insurer = insurer, region = rep(c("north", "south"), length.out = length(insurer)),
  tr1 = clip(4.5 + rep(c(0, .5, .1, .9), sizes) + person * spread + rnorm(length(insurer), 0, .7)),
  tr2 = clip(4.6 + rep(c(0, .4, .2, .7), sizes) + person * spread + rnorm(length(insurer), 0, .7)),
  lo1 = clip(4 + rnorm(length(insurer), 0, spread)), lo2 = clip(4.2 + rnorm(length(insurer), 0, spread)))
write.csv(answers, "cases_data.csv", row.names = FALSE)
scales <- list(trust = c("tr1", "tr2"), loyalty = c("lo1", "lo2"))

described <- tests <- pairs <- list()
for (grouping in c("insurer", "region")) for (scale in names(scales)) {
  y <- rowMeans(answers[scales[[scale]]])
  g <- factor(answers[[grouping]])
  key <- data.frame(group = grouping, construct = scale)
  for (level in levels(g)) {
    t1 <- t.test(y[g == level])
    described[[length(described) + 1]] <- cbind(key, level = level, n = sum(g == level), mean = mean(y[g == level]),
      sd = sd(y[g == level]), ci.lower = t1$conf.int[1], ci.upper = t1$conf.int[2])
  }
  welch <- oneway.test(y ~ g)
  tests[[length(tests) + 1]] <- cbind(key, f = welch$statistic, df1 = welch$parameter[1], df2 = welch$parameter[2],
                                      pvalue = welch$p.value)
  n <- tapply(y, g, length); m <- tapply(y, g, mean); v <- tapply(y, g, var); a <- nlevels(g)
  both <- combn(levels(g), 2)
  for (j in seq_len(ncol(both))) {
    one <- both[1, j]; two <- both[2, j]
    se2 <- v[one] / n[one] + v[two] / n[two]
    df <- se2^2 / ((v[one] / n[one])^2 / (n[one] - 1) + (v[two] / n[two])^2 / (n[two] - 1))
    gap <- m[one] - m[two]
    reach <- qtukey(.95, a, df, lower.tail = TRUE) * sqrt(se2 / 2)
    pairs[[length(pairs) + 1]] <- cbind(key, group1 = one, group2 = two, difference = gap, ci.lower = gap - reach,
      ci.upper = gap + reach, se = sqrt(se2), df = df,
      pvalue = ptukey(abs(gap) / sqrt(se2 / 2), a, df, lower.tail = FALSE))
  }
}
tests <- do.call(rbind, tests)
tests$pvalue.holm <- ave(tests$pvalue, tests$group, FUN = function(p) p.adjust(p, "holm"))

# Share of variance: the limits of the noncentral F by R's own distribution.
share <- function(f, df1, df2, n, tail) {
  below <- function(nc) pf(f, df1, df2, nc) - tail
  if (below(0) <= 0) return(0)
  nc <- uniroot(below, c(0, 10 * df1 * f + 50), tol = 1e-12)$root
  nc / (nc + n)
}
total <- nrow(answers)
tests$omega2.ci.lower <- mapply(function(f, a, b) share(f, a, b, total, .975), tests$f, tests$df1, tests$df2)
tests$omega2.ci.upper <- mapply(function(f, a, b) share(f, a, b, total, .025), tests$f, tests$df1, tests$df2)
write_tidy(do.call(rbind, described), "described")
write_tidy(tests, "tests")
write_tidy(do.call(rbind, pairs), "pairs")

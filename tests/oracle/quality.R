# Gaps, the reliability of difference scores and the interval of the net promoter score, on seeded answers of our own.
#
# Rscript tests/oracle/quality.R      writes quality_*.csv beside this script
# The interval of the net promoter score inverts the likelihood score test numerically, without the closed form.
suppressMessages(library(psych))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
write_tidy <- function(table, file) {
  numbers <- vapply(table, is.double, TRUE)
  table[numbers] <- lapply(table[numbers], function(x) sprintf("%.15g", x))
  write.csv(table, paste0("quality_", file, ".csv"), row.names = FALSE, quote = TRUE, fileEncoding = "UTF-8")
}

set.seed(20261125)
n <- 150
clip <- function(x) pmin(7, pmax(1, round(x)))
hoped <- rnorm(n, 0, .6); seen <- .3 * hoped + rnorm(n, 0, .9)
answers <- data.frame(sapply(1:4, function(i) clip(4.8 + seen + rnorm(n, 0, .8))),
                      sapply(1:4, function(i) clip(5.9 + hoped + rnorm(n, 0, .7))))
names(answers) <- c(paste0("p", 1:4), paste0("e", 1:4))
write.csv(answers, "quality_data.csv", row.names = FALSE)
pairs <- list(physical = 1:2, information = 2:4)

limits <- function(t, df) sapply(c(.975, .025), function(tail)
  uniroot(function(nc) pt(t, df, nc) - tail, c(t - 15, t + 15), tol = 1e-12)$root)
raw <- function(x) suppressWarnings(psych::alpha(x, warnings = FALSE))$total$raw_alpha
gaps <- reliabilities <- list()
for (name in names(pairs)) {
  p <- answers[paste0("p", pairs[[name]])]; e <- answers[paste0("e", pairs[[name]])]
  gap <- rowMeans(p) - rowMeans(e)
  test <- t.test(rowMeans(p), rowMeans(e), paired = TRUE)
  dz <- limits(unname(test$statistic), n - 1) / sqrt(n)
  gaps[[name]] <- data.frame(construct = name, expectation = mean(rowMeans(e)), perception = mean(rowMeans(p)),
    gap = mean(gap), ci.lower = test$conf.int[1], ci.upper = test$conf.int[2], sd = sd(gap), t = test$statistic,
    df = test$parameter, pvalue = test$p.value, dz = mean(gap) / sd(gap), dz.ci.lower = dz[1], dz.ci.upper = dz[2])
  sp <- sd(rowMeans(p)); se <- sd(rowMeans(e)); r <- cor(rowMeans(p), rowMeans(e))
  difference <- p - e
  reliabilities[[name]] <- data.frame(construct = name, alpha.perception = raw(p), alpha.expectation = raw(e), r = r,
    johns = (sp^2 * raw(p) + se^2 * raw(e) - 2 * r * sp * se) / (sp^2 + se^2 - 2 * r * sp * se),
    alpha.difference = raw(difference))
}
write_tidy(do.call(rbind, gaps), "gaps")
write_tidy(do.call(rbind, reliabilities), "difference_reliability")

# Share of the second class that is most likely when the two shares differ by `gap`, found by search.
score <- function(b, c, n, gap) {
  loglik <- function(q) {
    parts <- c(b, c, n - b - c) * log(c(q + gap, q, 1 - 2 * q - gap))
    sum(ifelse(c(b, c, n - b - c) == 0, 0, parts))
  }
  q <- optimize(loglik, c(max(0, -gap), (1 - gap) / 2), maximum = TRUE, tol = 1e-14)$maximum
  (b - c - n * gap) / sqrt(n * (2 * q + gap * (1 - gap)))
}
counts <- data.frame(promoters = c(50, 12, 3, 30, 90), detractors = c(20, 30, 1, 30, 4), n = c(100, 60, 10, 75, 120))
z <- qnorm(.975)
counts$ci.lower <- with(counts, mapply(function(b, c, n)
  uniroot(function(gap) score(b, c, n, gap) - z, c(-1 + 1e-9, (b - c) / n - 1e-9), tol = 1e-12)$root, promoters, detractors, n))
counts$ci.upper <- with(counts, mapply(function(b, c, n)
  uniroot(function(gap) score(b, c, n, gap) + z, c((b - c) / n + 1e-9, 1 - 1e-9), tol = 1e-12)$root, promoters, detractors, n))
write_tidy(counts, "nps")

# Intraclass correlations as psych computes them, on seeded scores of our own: two, three and four occasions.
#
# Rscript tests/oracle/test_retest.R      writes test_retest*.csv beside this script
suppressMessages(library(psych))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # quietly(), write_tidy()

set.seed(20261127)
n <- 60
cases <- list(stable = list(2, 1.2, c(0, 0)), shifted = list(2, .8, c(0, 1)), noisy = list(3, .3, c(0, .2, .4)),
              none = list(4, 0, c(0, 0, 0, 0)))
data <- found <- list()
for (name in names(cases)) {
  case <- cases[[name]]
  scores <- round(rnorm(n) * case[[2]] + matrix(rnorm(n * case[[1]], sd = .7), n) + rep(case[[3]], each = n), 3)
  data[[name]] <- data.frame(case = name, person = rep(seq_len(n), case[[1]]),
                             occasion = rep(seq_len(case[[1]]), each = n), score = as.vector(scores))
  icc <- quietly(ICC(scores, lmer = FALSE))$results
  icc <- icc[icc$type %in% c("ICC2", "ICC3"), ]
  found[[name]] <- data.frame(case = name, kind = c("A", "C"), icc = icc$ICC, ci.lower = icc$`lower bound`,
                              ci.upper = icc$`upper bound`)
}
write_tidy(do.call(rbind, data), "test_retest_data.csv")
write_tidy(do.call(rbind, found), "test_retest.csv")

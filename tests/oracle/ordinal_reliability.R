# Categorical omega and ordinal alpha as semTools and psych compute them, on seeded ordinal answers of our own.
#
# Rscript tests/oracle/ordinal_reliability.R      writes ordinal_reliability*.csv beside this script
# Mind: lavaan stops short of the optimum of DWLS by default, so that rel.tol is tightened. Every category occurs here: one
# that nobody chose makes a wider step in the sum for us, and not for semTools.
suppressMessages({library(psych); library(lavaan); library(semTools)})
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # quietly(), write_tidy()

set.seed(20261126)
n <- 400
draw <- function(loads, cuts) {
  k <- length(loads)
  x <- rnorm(n) %o% loads + matrix(rnorm(n * k), n) * rep(sqrt(1 - loads^2), each = n)
  sapply(seq_len(k), function(j) findInterval(x[, j], cuts + (j - 2) * .12) + 1)
}
drawn <- list(yes = draw(c(.8, .7, .6, .7), .3), three = draw(c(.8, .6, .5), c(-.6, .5)),
              skewed = draw(c(.8, .75, .7, .6, .5), c(-1.9, -1.3, -.7, .1)),
              seven = draw(c(.9, .7, .6, .5, .4, .6), c(-1.6, -1, -.4, .2, .8, 1.4)))
for (name in names(drawn)) colnames(drawn[[name]]) <- paste0(name, seq_len(ncol(drawn[[name]])))
answers <- as.data.frame(do.call(cbind, unname(drawn)))
write.csv(answers, "ordinal_reliability_data.csv", row.names = FALSE)

rows <- lapply(names(drawn), function(name) {
  x <- as.data.frame(drawn[[name]])
  fit <- quietly(cfa(paste("f =~", paste(names(x), collapse = " + ")), x, ordered = names(x), std.lv = TRUE,
                     control = list(rel.tol = 1e-15, x.tol = 1e-12, iter.max = 10000)))
  r <- unclass(lavCor(x, ordered = names(x)))
  omega <- as.numeric(quietly(compRelSEM(fit, ord.scale = TRUE)))
  alpha <- quietly(psych::alpha(x, warnings = FALSE))$total$raw_alpha
  data.frame(construct = name, k = ncol(x), n = nrow(x), alpha = alpha, omega.categorical = omega,
             alpha.ordinal = quietly(psych::alpha(r, warnings = FALSE))$total$raw_alpha,
             mean.r.polychoric = mean(r[lower.tri(r)]))
})
write_tidy(do.call(rbind, rows), "ordinal_reliability.csv")

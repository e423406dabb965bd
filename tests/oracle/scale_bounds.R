# Lower bounds to reliability as psych computes them, on seeded answers of our own and on those of measurement.R.
#
# Rscript tests/oracle/scale_bounds.R      writes scale_bounds_*.csv beside this script
# Mind: guttman() and splitHalf() of psych take correlations, so that the items are standardized here; splitHalf() 2.2.9
# tries half of the splits of an odd number of items, so those are enumerated by the definition; glb.algebraic() needs
# the package Rcsdp: without it scale_bounds_glb.csv stays as it is.
suppressMessages(library(psych))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # quietly(), write_tidy()
write_out <- function(table, name) write_tidy(table, paste0("scale_bounds_", name, ".csv"))

# Scales of two to nine items: some of one factor, some of two, one with correlated errors and a negative item.
set.seed(20261125)
n <- 180
draw <- function(loads, second = 0 * loads) {
  k <- length(loads)
  x <- rnorm(n) %o% loads + rnorm(n) %o% second + matrix(rnorm(n * k), n) * rep(runif(k, .6, 1.4), each = n)
  round(5 + x * 2)
}
drawn <- list(two = draw(c(1, .6)), three = draw(c(.9, .7, .4)), four = draw(c(1, .8, .6, .3)),
              five = draw(c(1, .9, .5, .5, .4)), mixed = draw(c(.9, .8, .7, .6, .5, .4), c(0, 0, 0, .8, .8, .8)),
              seven = draw(c(.8, .7, .7, .6, .5, .4, -.3)), eight = draw(seq(1, .3, length.out = 8)),
              nine = draw(rep(.6, 9), c(.7, .7, .7, 0, 0, 0, -.5, -.5, -.5)))
for (name in names(drawn)) colnames(drawn[[name]]) <- paste0(name, seq_len(ncol(drawn[[name]])))
answers <- as.data.frame(do.call(cbind, unname(drawn)))
write.csv(answers, "scale_bounds_data.csv", row.names = FALSE)

# Every split by its definition: 4 cov(A, B) / var(X), halves that differ by one item at most.
halves <- function(x) {
  k <- ncol(x)
  apply(combn(k, k %/% 2), 2, function(a) 4 * cov(rowSums(x[, a, drop = FALSE]), rowSums(x[, -a, drop = FALSE]))) /
    var(rowSums(x))
}
bounds <- list()
for (name in names(drawn)) {
  x <- scale(drawn[[name]])
  k <- ncol(x)
  split <- halves(x)
  if (k > 2) {
    g <- quietly(psych::guttman(cor(x)))
    l <- c(g$lambda.1, g$lambda.2, g$lambda.3, g$lambda.5, g$lambda.6)
  } else l <- rep(NA, 5)
  bounds[[name]] <- data.frame(construct = name, k = k, lambda1 = l[1], lambda2 = l[2], lambda3 = l[3],
    lambda4 = max(split), lambda5 = l[4], lambda6 = l[5], split.mean = mean(split), split.min = min(split))
  if (k > 2 && k %% 2 == 0) {
    theirs <- quietly(psych::splitHalf(cor(x), raw = TRUE, brute = TRUE))
    stopifnot(abs(c(theirs$maxrb, theirs$meanr, theirs$minrb) - c(max(split), mean(split), min(split))) < 1e-10)
  }
}
write_out(do.call(rbind, bounds), "guttman")

# The same of the raw items, by formulas of Guttman (1945) written out in R: psych standardizes.
raw <- lapply(names(drawn), function(name) {
  S <- cov(drawn[[name]])
  k <- ncol(S)
  total <- sum(S)
  off <- S
  diag(off) <- 0
  l1 <- sum(off) / total
  split <- halves(drawn[[name]])
  data.frame(construct = name, k = k, lambda1 = l1, lambda2 = l1 + sqrt(k / (k - 1) * sum(off^2)) / total,
             lambda3 = k / (k - 1) * l1, lambda4 = max(split), lambda5 = l1 + 2 * sqrt(max(colSums(off^2))) / total,
             lambda6 = 1 - sum(diag(S) * (1 - smc(cov2cor(S)))) / total, split.mean = mean(split),
             split.min = min(split))
})
write_out(do.call(rbind, raw), "raw")

if (requireNamespace("Rcsdp", quietly = TRUE)) {
  found <- sapply(drawn, function(x) {
    r <- NULL
    capture.output(r <- glb.algebraic(cov(x))$glb)
    r
  })
  write_out(data.frame(construct = names(found), glb = as.numeric(found)), "glb")
}

# Polychoric correlations and thresholds as lavaan computes them, on seeded answers of our own.
#
# Rscript tests/oracle/polychoric.R      writes polychoric_*.csv beside this script
suppressMessages(library(lavaan))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy()

# Two factors; items of two to seven categories, some skewed, and in the second set a tenth of the answers missing.
draw <- function(seed, n, cuts, load) {
  set.seed(seed)
  p <- length(cuts)
  factors <- matrix(rnorm(n * 2), n) %*% chol(matrix(c(1, .4, .4, 1), 2))
  x <- factors[, rep(1:2, length.out = p)] * load + matrix(rnorm(n * p), n) * sqrt(1 - load^2)
  answers <- as.data.frame(mapply(function(j, at) as.integer(cut(x[, j], c(-Inf, at, Inf))), seq_len(p), cuts))
  names(answers) <- paste0("y", seq_len(p))
  answers
}
cuts <- list(0, 1.3, c(-.5, .8), c(.9, 1.7), c(-1.5, -.5, .5, 1.5), c(-2, -1.2, -.6, 0), seq(-2, 1, length.out = 6))
sets <- list(small = draw(1, 200, cuts, .7), large = draw(2, 800, cuts, .5), strong = draw(3, 400, cuts, .97))
set.seed(4)
gaps <- draw(5, 500, cuts, .7)
for (name in names(gaps)) gaps[sample(nrow(gaps), 50), name] <- NA
sets$pairwise <- gaps

# lavaan's search ends at .999 for some tables whose likelihood is higher inside: there the maximum comes from optimize().
maximum <- function(x, y) {
  counts <- table(x, y)
  at <- function(share) c(-Inf, qnorm(cumsum(share)[-length(share)] / sum(share)), Inf)
  h <- at(rowSums(counts)); k <- at(colSums(counts))
  below <- function(i, j, r) ifelse(h[i] == -Inf | k[j] == -Inf, 0, pbivnorm::pbivnorm(pmin(h[i], 37), pmin(k[j], 37), r))
  i <- row(counts); j <- col(counts); used <- counts > 0
  minus <- function(r) {
    chance <- below(i + 1, j + 1, r) - below(i, j + 1, r) - below(i + 1, j, r) + below(i, j, r)
    -sum(counts[used] * log(pmax(chance[used], 1e-15)))
  }
  inside <- optimize(minus, c(.5, .9999), tol = 1e-11)
  if (minus(.9999) < inside$objective + 1e-6) .9999 else inside$minimum  # never falls: perfectly ordered answers
}

data <- correlations <- thresholds <- list()
for (name in names(sets)) {
  answers <- sets[[name]]
  found <- suppressWarnings(lavCor(answers, ordered = names(answers), missing = if (anyNA(answers)) "pairwise" else
    "listwise", output = "fit", control = list(rel.tol = 1e-14, x.tol = 1e-14)))
  moments <- lavInspect(found, "sampstat")
  pairs <- t(combn(names(answers), 2))
  correlations[[name]] <- data.frame(set = name, item1 = pairs[, 1], item2 = pairs[, 2], r = moments$cov[pairs], lavaan = moments$cov[pairs])
  stuck <- which(correlations[[name]]$lavaan > .9989)
  for (row in stuck) correlations[[name]]$r[row] <- maximum(answers[[pairs[row, 1]]], answers[[pairs[row, 2]]])
  th <- moments$th
  thresholds[[name]] <- data.frame(set = name, item = sub("[|].*", "", names(th)), threshold = sub(".*[|]", "", names(th)),
                                   value = as.numeric(th))
  data[[name]] <- cbind(set = name, answers)
}
write.csv(do.call(rbind, data), "polychoric_data.csv", row.names = FALSE, na = "", quote = FALSE)
write_tidy(do.call(rbind, correlations), "polychoric_correlations.csv")
write_tidy(do.call(rbind, thresholds), "polychoric_thresholds.csv")

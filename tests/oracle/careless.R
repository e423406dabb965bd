# Indices of careless answering, written out in base R respondent by respondent, on seeded answers of our own.
#
# Rscript tests/oracle/careless.R      writes careless_data.csv, careless_indices.csv and careless_normality.csv
# The package `careless` is not needed: rle(), sd(), cor() and stats::mahalanobis() say what the indices are.
suppressMessages(library(psych))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy()

# Six scales of four items, a common factor behind them; one straight line, one pattern, one who clicks anything, holes.
set.seed(20261125)
n <- 80; scales <- 6; k <- 4; p <- scales * k
common <- rnorm(n)
answers <- do.call(cbind, lapply(seq_len(scales), function(s) {
  construct <- .6 * common + .8 * rnorm(n) + (s - 3.5) / 2
  pmin(pmax(round(4 + 1.2 * (.85 * matrix(construct, n, k) + .5 * matrix(rnorm(n * k), n, k))), 1), 7)
}))
answers[1, ] <- 5
answers[2, ] <- rep(c(1, 3, 5), length.out = p)
answers[3, ] <- sample(1:7, p, replace = TRUE)
complete <- answers
for (i in 41:n) answers[i, sample(p, sample(0:5, 1))] <- NA
colnames(answers) <- colnames(complete) <- paste0("i", seq_len(p))
write.csv(answers, "careless_data.csv", row.names = FALSE, na = "")

within <- function(one, two, fewest) {
  here <- !is.na(one) & !is.na(two)
  if (sum(here) < fewest || sd(one[here]) == 0 || sd(two[here]) == 0) return(NA)
  cor(one[here], two[here])
}
longest <- apply(answers, 1, function(x) {
  runs <- rle(ifelse(is.na(x), -seq_along(x), x))
  max(runs$lengths)
})
irv <- apply(answers, 1, sd, na.rm = TRUE)
repetition <- apply(answers, 1, function(x) {
  found <- sapply(2:10, function(lag) within(x[1:(p - lag)], x[(1 + lag):p], 10))
  if (all(is.na(found))) NA else max(found, na.rm = TRUE)
})
evenodd <- apply(answers, 1, function(x) {
  halves <- sapply(seq_len(scales), function(s) {
    own <- x[(s - 1) * k + seq_len(k)]
    c(mean(own[c(1, 3)], na.rm = TRUE), mean(own[c(2, 4)], na.rm = TRUE))
  })
  halves[is.nan(halves)] <- NA
  r <- within(halves[1, ], halves[2, ], 5)
  if (is.na(r)) NA else max(-1, 2 * r / (1 + r))
})
R <- cor(answers, use = "pairwise.complete.obs")
pairs <- which(abs(R) >= .6 & upper.tri(R), arr.ind = TRUE)
synonyms <- apply(answers, 1, function(x) within(x[pairs[, 1]], x[pairs[, 2]], 5))
S <- cov(answers, use = "pairwise.complete.obs"); m <- colMeans(answers, na.rm = TRUE)
distance <- apply(answers, 1, function(x) {
  o <- !is.na(x)
  mahalanobis(x[o], m[o], S[o, o])
})
p.value <- pchisq(distance, rowSums(!is.na(answers)), lower.tail = FALSE)
write_tidy(data.frame(longest, irv, repetition, evenodd, synonyms, distance, p.value, pairs = nrow(pairs),
                      distance.complete = mahalanobis(complete, colMeans(complete), cov(complete))),
           "careless_indices.csv")

# Mardia's skewness and kurtosis as psych has them, and Little's test on moments that lavaan's EM finds.
#
# Rscript tests/oracle/normality.R      writes normality_data.csv, normality_mardia.csv and normality_little.csv
suppressMessages({library(psych); library(lavaan)})
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy(), quietly()

# Seven-point answers to two scales; the second leans to one end; holes at random, and in b3 where a1 is high.
set.seed(20261126)
n <- 220
common <- rnorm(n)
item <- function(lean) pmin(pmax(round(4 + lean + 1.3 * (.7 * common + .7 * rnorm(n))), 1), 7)
answers <- data.frame(a1 = item(0), a2 = item(0), a3 = item(.5), b1 = item(1.5), b2 = item(1.5), b3 = item(2))
answers$a2[sample(n, 15)] <- NA
answers$b1[sample(n, 20)] <- NA
answers$b3[answers$a1 >= 5 & runif(n) < .4] <- NA
write.csv(answers, "normality_data.csv", row.names = FALSE, na = "")

mardias <- do.call(rbind, lapply(list(a = 1:3, b = 4:6, all = 1:6), function(columns) {
  own <- na.omit(answers[columns])
  found <- psych::mardia(own, plot = FALSE)
  data.frame(n = found$n.obs, b1p = found$b1p, chisq = found$skew, pvalue = found$p.skew, b2p = found$b2p,
             z = found$kurtosis, z.pvalue = found$p.kurt)
}))
write_tidy(cbind(construct = c("a", "b", "all"), mardias), "normality_mardia.csv")

# Little (1988): d2 with the covariances of the EM algorithm times n / (n - 1).
names <- names(answers)
model <- paste(c(outer(names, names, function(a, b) ifelse(a <= b, paste(a, "~~", b), "")), paste(names, "~ 1")),
               collapse = "\n")
fit <- quietly(lavaan(model, answers, missing = "ml", se = "none", em.h1.tol = 1e-14, em.h1.iter.max = 10000))
moments <- lavInspect(fit, "sampstat")
mu <- moments$mean[names]; sigma <- unclass(moments$cov)[names, names] * n / (n - 1)
pattern <- apply(!is.na(answers), 1, function(x) paste(as.integer(x), collapse = ""))
d2 <- 0; df <- -length(names)
for (own in unique(pattern)) {
  o <- which(strsplit(own, "")[[1]] == "1"); rows <- as.matrix(answers[pattern == own, o, drop = FALSE])
  away <- colMeans(rows) - mu[o]
  d2 <- d2 + nrow(rows) * drop(away %*% solve(sigma[o, o]) %*% away); df <- df + length(o)
}
write_tidy(data.frame(n = n, n.patterns = length(unique(pattern)), chisq = d2, df = df,
                      pvalue = pchisq(d2, df, lower.tail = FALSE)), "normality_little.csv")

# Two small studies of one model -> replication_data.csv, replication_estimates.csv (paths and effects of each in lavaan,
# raw and standardized), replication_equal.csv (equal paths across the studies, nested and Wald), replication_pairs.csv
# (closed formulas of agreement in base R, quadrature for the Bayes factor).
suppressPackageStartupMessages(library(lavaan))
set.seed(20261126)
write <- function(table, name) write.csv(format(table, digits = 15, trim = TRUE), name, row.names = FALSE, quote = FALSE)

population <- "a =~ .8*a1 + .7*a2 + .75*a3\nb =~ .8*b1 + .7*b2 + .75*b3\nc =~ .8*c1 + .7*c2 + .75*c3\n"
draw <- function(n, ab, bc, ac) {
  text <- paste0(population, "b ~ ", ab, "*a\nc ~ ", bc, "*b + ", ac, "*a")
  round(simulateData(text, sample.nobs = n), 3)
}
data <- rbind(cbind(study = "original", draw(260, .5, .5, .2)), cbind(study = "replication", draw(420, .25, .5, .2)))
write(data, "replication_data.csv")
data <- read.csv("replication_data.csv")

model <- "a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3\nc =~ c1 + c2 + c3\nb ~ p*a\nc ~ q*b + r*a\nindirect := p*q\ntotal := p*q + r"
estimates <- do.call(rbind, lapply(c("original", "replication"), function(name) {
  fit <- sem(model, data[data$study == name, ], estimator = "MLR")
  raw <- parameterEstimates(fit); std <- standardizedSolution(fit)
  keep <- raw$op %in% c("~", ":=")
  data.frame(study = name, lhs = raw$lhs[keep], op = raw$op[keep], rhs = raw$rhs[keep], est = raw$est[keep],
             se = raw$se[keep], std.all = std$est.std[keep], std.all.se = std$se[keep])
}))
write(estimates, "replication_estimates.csv")

plain <- "a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3\nc =~ c1 + c2 + c3\nb ~ c(p1, p2)*a\nc ~ c(q1, q2)*b + c(r1, r2)*a"
free <- sem(plain, data, estimator = "MLR", group = "study", group.equal = "loadings", group.label = c("original", "replication"))
equal <- sem(sub("c\\(p1, p2\\)", "c(p, p)", sub("c\\(q1, q2\\)", "c(q, q)", sub("c\\(r1, r2\\)", "c(r, r)", plain))), data,
             estimator = "MLR", group = "study", group.equal = "loadings", group.label = c("original", "replication"))
test <- lavTestLRT(equal, free, method = "satorra.bentler.2001")
rows <- data.frame(lhs = "", rhs = "", difference = NA, chisq = test[2, "Chisq diff"], df = test[2, "Df diff"],
                   pvalue = test[2, "Pr(>Chisq)"])
for (one in list(c("b", "a", "p"), c("c", "b", "q"), c("c", "a", "r"))) {
  wald <- lavTestWald(free, paste0(one[3], "1 == ", one[3], "2"))
  rows <- rbind(rows, data.frame(lhs = one[1], rhs = one[2], difference = unname(coef(free)[paste0(one[3], "2")] -
    coef(free)[paste0(one[3], "1")]), chisq = wald$stat, df = wald$df, pvalue = wald$p.value))
}
write(rows, "replication_equal.csv")

pairs <- data.frame(est.original = runif(12, -.5, .6), se.original = runif(12, .03, .15), est.replication = runif(12, -.4, .6),
                    se.replication = runif(12, .02, .12), bound = runif(12, .05, .3))
pairs <- as.data.frame(lapply(pairs, round, 4))
o <- pairs$est.original; so <- pairs$se.original; r <- pairs$est.replication; sr <- pairs$se.replication
s <- sqrt(so^2 + sr^2); d <- r - o
size <- uniroot(function(x) pnorm(x - qnorm(.975)) + pnorm(-x - qnorm(.975)) - 1 / 3, c(0, 5), tol = 1e-12)$root
pairs$ci.lower <- d - qnorm(.975) * s; pairs$ci.upper <- d + qnorm(.975) * s; pairs$pvalue <- 2 * pnorm(-abs(d / s))
pairs$prediction.ci.lower <- o - qnorm(.975) * s; pairs$prediction.ci.upper <- o + qnorm(.975) * s
pairs$equivalence.pvalue <- pmax(pnorm((d + pairs$bound) / s, lower.tail = FALSE), pnorm((d - pairs$bound) / s))
pairs$d33 <- sign(o) * size * so
pairs$d33.pvalue <- pnorm((sign(o) * r - size * so) / sr)
# marginal likelihood of the replication, the original's posterior as prior, by quadrature
middle <- (o / so^2 + r / sr^2) / (1 / so^2 + 1 / sr^2); width <- 1 / sqrt(1 / so^2 + 1 / sr^2)
pairs$bf <- sapply(seq_along(o), function(i) integrate(function(x) dnorm(r[i], x, sr[i]) * dnorm(x, o[i], so[i]),
  middle[i] - 12 * width[i], middle[i] + 12 * width[i], rel.tol = 1e-10, abs.tol = 0)$value / dnorm(r[i], 0, sr[i]))
pairs$pvalue.holm <- p.adjust(pairs$pvalue, "holm")
write(pairs, "replication_pairs.csv")

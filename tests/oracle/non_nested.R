# Vuong's tests as Merkle, You & Preacher (2016) write them, in R -> non_nested.csv. Likelihoods and derivatives are written
# out; lavaan gives the implied moments, casewise derivatives and the observed information.
source("lavaan_tables.R")

children <- HolzingerSwineford1939
pairs <- list(
  crossed = c("visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8",
              "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6 + x9\nspeed =~ x7 + x8"),
  overlapping = c("f =~ x1 + x2 + x3 + x7 + x8\nx1 ~~ x2", "f =~ x1 + x2 + x3 + x7 + x8\nx7 ~~ x8"))

tail_of <- function(x, w) {
  w <- w[w > 1e-10 * max(w)]
  part <- function(u) sapply(u, function(u) sin(.5 * (sum(atan(w * u)) - x * u)) / (u * exp(.25 * sum(log1p((w * u)^2)))))
  ends <- c(1e-12, exp(seq(log(.01), log(200), length.out = 120)))
  total <- sum(mapply(function(a, b) integrate(part, a, b, rel.tol = 1e-9, subdivisions = 500)$value, head(ends, -1), ends[-1]))
  .5 + total / pi
}

found <- lapply(names(pairs), function(name) {
  fits <- lapply(pairs[[name]], function(model) {
    args <- list(model = model, data = children, meanstructure = TRUE)
    quietly(polish(args, quietly(do.call("sem", args))))$fit
  })
  loglik <- lapply(fits, function(fit) {
    implied <- lavInspect(fit, "implied")
    away <- sweep(as.matrix(children[rownames(implied$cov)]), 2, as.numeric(implied$mean))
    -.5 * (determinant(implied$cov)$modulus[1] + rowSums((away %*% solve(implied$cov)) * away))
  })
  d <- loglik[[1]] - loglik[[2]]
  n <- length(d)
  omega2 <- mean(d^2) - mean(d)^2
  s <- lapply(fits, lavScores)
  A <- lapply(fits, function(fit) -lavInspect(fit, "information.observed"))
  B <- lapply(s, function(each) crossprod(each) / n)
  B12 <- crossprod(s[[1]], s[[2]]) / n
  W <- rbind(cbind(-B[[1]] %*% solve(A[[1]]), -B12 %*% solve(A[[2]])),
             cbind(t(B12) %*% solve(A[[1]]), B[[2]] %*% solve(A[[2]])))
  z <- sum(d) / sqrt(n * omega2)
  bic <- sapply(fits, function(fit) fitMeasures(fit, c("aic", "bic", "bic2")))
  delta <- bic[, 2] - bic[, 1]
  list(x = data.frame(pair = name, delta.aic = delta[[1]], delta.bic = delta[[2]], delta.bic2 = delta[[3]],
                      delta.bic.ci.lower = delta[[2]] - qnorm(.975) * sqrt(4 * n * omega2),
                      delta.bic.ci.upper = delta[[2]] + qnorm(.975) * sqrt(4 * n * omega2), variance = omega2,
                      variance.pvalue = tail_of(n * omega2, Re(eigen(W)$values)^2), z = z, pvalue = 2 * pnorm(-abs(z))))
})
write_tidy(do.call(rbind, lapply(found, `[[`, "x")), "non_nested.csv")

# Two-stage meta-analytic SEM on seeded matrices, by hand in lavaan and metafor: no package for it is needed.
# Stage one is a multigroup model in which every variable is its own construct with a scale of each group's own, and
# correlations of one name are equal; a variable that a study lacks has variance 1, no correlation, and parameters of
# its own. Stage two is WLS of lavaan with the weights of stage one. Random effects are rma.mv with a diagonal T2.
suppressPackageStartupMessages({library(lavaan); library(metafor)})
set.seed(20260312)
given <- data.frame(); one <- data.frame(); pooled <- data.frame(); fits <- data.frame(); paths <- data.frame()
random <- data.frame()
pair <- function(names) combn(names, 2, paste, collapse = "~~")

truth <- function(p) {                       # m ~ x's; y ~ m + first x: a path model that holds
  names <- c("x", "m", "y", "z")[1:p]
  S <- diag(p); dimnames(S) <- list(names, names)
  b1 <- .5; b2 <- .4; b3 <- .15
  S["x", "m"] <- b1; S["x", "y"] <- b3 + b1 * b2; S["m", "y"] <- b2 + b1 * b3
  if (p > 3) { S["y", "z"] <- .3; S["x", "z"] <- .3 * S["x", "y"]; S["m", "z"] <- .3 * S["m", "y"] }
  S <- pmax(S, t(S)); S
}

stage_one <- function(matrices) {
  every <- unique(unlist(lapply(matrices, colnames)))
  full <- lapply(matrices, function(R) { F <- diag(length(every)); dimnames(F) <- list(every, every)
                                         F[colnames(R), colnames(R)] <- R; F })
  list(full = full, every = every, has = sapply(matrices, function(R) every %in% colnames(R)))
}

write_model <- function(every, has, k) {
  lines <- c()
  for (v in every) lines <- c(lines, sprintf("f%s =~ NA*%s + start(1)*%s", v, v, v), sprintf("%s ~~ 0*%s", v, v), sprintf("f%s ~~ 1*f%s", v, v))
  for (i in 2:length(every)) for (j in 1:(i - 1)) {
    both <- has[i, ] & has[j, ]
    labels <- ifelse(both, paste0("r", j, "_", i), paste0("q", j, "_", i, "_", seq_len(k)))
    values <- ifelse(both, "NA", "0")
    lines <- c(lines, sprintf("f%s ~~ c(%s)*f%s + c(%s)*f%s", every[j], paste(values, collapse = ","), every[i],
                              paste(labels, collapse = ","), every[i]))
  }
  lines
}

for (case in 1:12) {
  p <- sample(3:4, 1); k <- sample(2:6, 1)
  S <- truth(p)
  n <- sample(80:400, k)
  matrices <- lapply(seq_len(k), function(i) {
    if (case %% 3 == 0) S["x", "y"] <- S["y", "x"] <- S["x", "y"] + runif(1, -.2, .2)
    X <- MASS::mvrnorm(n[i], rep(0, p), S); R <- round(cor(X), 6)
    if (case %% 2 == 0 && i > 1 && p == 4 && runif(1) < .5) R <- R[-4, -4]
    R
  })
  for (i in seq_len(k)) given <- rbind(given, data.frame(case = case, study = i, n = n[i],
    pair = pair(colnames(matrices[[i]])), r = matrices[[i]][lower.tri(matrices[[i]])]))
  made <- stage_one(matrices)
  fit <- lavaan(write_model(made$every, made$has, k), sample.cov = made$full, sample.nobs = n,
                sample.cov.rescale = FALSE, optim.force.converged = TRUE,
                control = list(rel.tol = 1e-14, iter.max = 5000))   # "not found" is its word for no further progress
  # chi-square counts each study with the n that lavaan takes: N times F.
  r <- coef(fit)[grepl("^r", names(coef(fit)))]; r <- r[!duplicated(names(r))]
  order <- sapply(combn(length(made$every), 2, simplify = FALSE), function(ij) sprintf("r%d_%d", ij[1], ij[2]))
  V <- vcov(fit)[order, order]
  one <- rbind(one, data.frame(case = case, k = k, chisq = fitmeasures(fit, "chisq")))
  pooled <- rbind(pooled, data.frame(case = case, pair = pair(made$every), est = r[order], se = sqrt(diag(V))))
  # Stage two: a path model that leaves something out, so that there is a chi-square.
  P <- diag(length(made$every)); P[lower.tri(P)] <- r[order]; P <- P + t(P) - diag(diag(P))
  dimnames(P) <- list(made$every, made$every)
  text <- if (p == 3) "m ~ a*x + start(.3)*x\n y ~ b*m + start(.3)*m" else
    "m ~ a*x + start(.3)*x\n y ~ b*m + start(.3)*m + c*x + start(.1)*x\n z ~ d*y + start(.2)*y"
  residual <- if (p == 3) "m ~~ em*m\n y ~~ ey*y\n em == 1 - a^2\n ey == 1 - b^2" else
    "m ~~ em*m\n y ~~ ey*y\n z ~~ ez*z\n em == 1 - a^2\n ey == 1 - b^2 - c^2 - 2*b*c*a\n ez == 1 - d^2"
  # lavaan takes its variables in the order of the model, and the weights in the order of its own moments.
  own <- lavNames(lavaanify(paste(text, "x ~~ x", sep = "\n"), fixed.x = FALSE), "ov"); m <- length(own)
  number <- matrix(0, m, m, dimnames = list(made$every, made$every))
  number[lower.tri(number)] <- seq_along(order); number <- (number + t(number))[own, own]
  P <- P[own, own]; at <- number[lower.tri(number)]; U <- V[at, at]
  rows <- which(lower.tri(P, diag = TRUE), arr.ind = TRUE); off <- rows[, 1] != rows[, 2]
  N <- sum(n); W <- diag(nrow(rows)); W[off, off] <- solve(U) / (N - 1)      # lavaan multiplies by N - 1
  G <- diag(nrow(rows)); G[off, off] <- U * (N - 1)
  two <- lavaan(paste(text, "x ~~ 1*x", residual, sep = "\n"), sample.cov = P, sample.nobs = N, estimator = "WLS",
                WLS.V = list(W), NACOV = list(G), sample.cov.rescale = FALSE, fixed.x = FALSE,
                optim.force.converged = TRUE, control = list(rel.tol = 1e-15, iter.max = 10000))
  e <- parameterEstimates(two); e <- e[e$op == "~", ]
  fits <- rbind(fits, data.frame(case = case, N = N, chisq = fitmeasures(two, "chisq"), df = fitmeasures(two, "df") - m,    # the diagonal is 1 in matrix and model
                                 srmr = fitmeasures(two, "srmr")))
  paths <- rbind(paths, data.frame(case = case, lhs = e$lhs, rhs = e$rhs, est = e$est, se = e$se))
}

for (case in 13:15) {
  k <- c(12, 15, 20)[case - 12]; S <- truth(3); n <- sample(80:300, k); r <- c(); V <- list()
  for (i in seq_len(k)) {
    u <- S; u[lower.tri(u)] <- u[lower.tri(u)] + rnorm(3, 0, c(.02, .06, .09)); u[upper.tri(u)] <- t(u)[upper.tri(u)]
    R <- round(cor(MASS::mvrnorm(n[i], rep(0, 3), u)), 6)
    given <- rbind(given, data.frame(case = case, study = i, n = n[i], pair = pair(colnames(R)), r = R[lower.tri(R)]))
    v <- R[lower.tri(R)]                                    # own sampling covariances, to be handed over as they are
    acov <- matrix(0, 3, 3); id <- list(c(1, 2), c(1, 3), c(2, 3))
    for (a in 1:3) for (b in 1:3) {
      i1 <- id[[a]][1]; j1 <- id[[a]][2]; k1 <- id[[b]][1]; l1 <- id[[b]][2]
      acov[a, b] <- (.5 * R[i1, j1] * R[k1, l1] * (R[i1, k1]^2 + R[i1, l1]^2 + R[j1, k1]^2 + R[j1, l1]^2) +
        R[i1, k1] * R[j1, l1] + R[i1, l1] * R[j1, k1] - R[i1, j1] * (R[i1, k1] * R[i1, l1] + R[j1, k1] * R[j1, l1]) -
        R[k1, l1] * (R[i1, k1] * R[j1, k1] + R[i1, l1] * R[j1, l1])) / n[i]
    }
    r <- c(r, v); V[[i]] <- acov
  }
  d <- data.frame(r = r, outcome = factor(rep(1:3, k)), study = rep(seq_len(k), each = 3))
  fit <- rma.mv(r, bldiag(V), mods = ~ 0 + outcome, random = ~ outcome | study, struct = "DIAG", data = d,
                control = list(optimizer = "optim", optmethod = "Nelder-Mead", reltol = 1e-15, maxit = 20000))
  fixed <- rma.mv(r, bldiag(V), mods = ~ 0 + outcome, data = d)
  random <- rbind(random, data.frame(case = case, pair = pair(c("x", "m", "y")), est = fit$beta[, 1], se = fit$se,
    tau2 = fit$tau2, fixed = fixed$beta[, 1], fixed.se = fixed$se, q = fixed$QE))
}
for (name in c("given", "one", "pooled", "fits", "paths", "random"))
  write.csv(format(get(name), digits = 15, trim = TRUE), sprintf("masem_%s.csv", name), row.names = FALSE, quote = FALSE)

# Scores of ordinal answers -> ordinal_scores.csv: the mode of the posterior as lavaan finds it (lavPredict, "EBM"), and
# written out from lavaan's estimates in both parameterizations. Answers are those of ordinal_fit_data.csv.
#
# Mind: lavaan's search for a mode stops up to 1e-4 short. With parameterization = "theta", and in the second group of
# several, what it returns is not the mode of the posterior of its own estimates, as the formula below shows; those are
# left out.
suppressMessages(library(lavaan))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy(), quietly()

data <- read.csv("ordinal_fit_data.csv")
factors <- "F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ y7 + y8 + y9"
some <- c(1:4, 60, 200, 300, 350)
cases <- list(
  few = list(factors, "few"), second = list(paste0(factors, "\nG =~ F1 + F2 + F3"), "few"),
  paths = list(paste0(factors, "\nF2 ~ F1\nF3 ~ F1 + F2"), "five"),
  mixed = list("F1 =~ y1 + y2 + x1\nF2 =~ y4 + x2 + y6\nF2 ~ F1", "few"),
  outcome = list("F1 =~ y1 + y2 + y3 + y5\ny4 ~ F1", "three"),
  groups = list(factors, "few", group = "g"),
  thresholds = list(factors, "five", group = "g", group.equal = c("loadings", "thresholds")),
  holes = list(gsub("y", "m", factors), "few", missing = "pairwise"),
  ulsmv = list(factors, "three", estimator = "ULSMV"))

fitted <- function(one, ...) {
  rows <- subset(data, set == one[[2]])
  ordered <- grep("^[ym]", lavNames(lavaanify(one[[1]]), "ov"), value = TRUE)
  quietly(do.call("sem", c(list(one[[1]], rows, ordered = ordered), one[-(1:2)], list(...))))
}
alone <- Filter(function(name) is.null(cases[[name]]$group), names(cases))
described <- lapply(alone, function(name) {
  fit <- fitted(cases[[name]])
  found <- lavPredict(fit, method = "EBM")
  found <- found[some, , drop = FALSE]
  data.frame(model = name, by = "lavaan", row = rep(some, ncol(found)), construct = rep(colnames(found), each = length(some)), score = c(found))
})

# The formula: the mode of the log posterior, by Newton steps on lavaan's estimates of a group.
mode_of <- function(answers, est) {
  cuts <- split(est$tau[, 1], sub("\\|.*", "", rownames(est$tau)))
  total <- if (is.null(est$beta)) diag(nrow(est$psi)) else solve(diag(nrow(est$psi)) - est$beta)
  inverse <- solve(total %*% est$psi %*% t(total))
  centre <- if (is.null(est$alpha)) rep(0, nrow(inverse)) else c(total %*% est$alpha)
  nu <- if (is.null(est$nu)) rep(0, nrow(est$lambda)) else est$nu[, 1]
  names(nu) <- rownames(est$lambda)
  sd <- sqrt(diag(est$theta))
  t(apply(as.matrix(answers[rownames(est$lambda)]), 1, function(y) {
    u <- centre
    for (step in 1:50) {
      slope <- -inverse %*% (u - centre)
      bend <- inverse
      for (item in names(y)[!is.na(y)]) {
        load <- est$lambda[item, ] / sd[item]
        mean <- nu[item] / sd[item] + sum(load * u)
        if (is.null(cuts[[item]])) {
          first <- y[item] / sd[item] - mean
          second <- 1
        } else {
          z <- c(-Inf, cuts[[item]], Inf)[y[item] + 0:1] / sd[item] - mean
          p <- pnorm(z[2]) - pnorm(z[1])
          pull <- ifelse(is.finite(z), z * dnorm(z), 0)
          first <- (dnorm(z[1]) - dnorm(z[2])) / p
          second <- first^2 + (pull[2] - pull[1]) / p
        }
        slope <- slope + load * first
        bend <- bend + outer(load, load) * second
      }
      u <- u + c(solve(bend, slope))
    }
    u
  }))
}
cases$delta <- list(factors, "few", std.lv = TRUE)
cases$theta <- list(factors, "few", std.lv = TRUE, parameterization = "theta")
written <- lapply(setdiff(names(cases), "outcome"), function(name) {  # its z would be a construct without error
  one <- cases[[name]]
  fit <- fitted(one)
  rows <- subset(data, set == one[[2]])[some, ]
  est <- lavInspect(fit, "est")
  if (is.null(one$group)) found <- mode_of(rows, est) else {
    found <- matrix(NA, length(some), ncol(est[[1]]$lambda))
    for (label in names(est)) found[rows$g == label, ] <- mode_of(rows[rows$g == label, ], est[[label]])
    est <- est[[1]]
  }
  names <- colnames(est$lambda)
  data.frame(model = name, by = "formula", row = rep(some, length(names)), construct = rep(names, each = length(some)), score = c(found))
})
write_tidy(do.call(rbind, c(described, written)), "ordinal_scores.csv")

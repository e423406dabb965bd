# Reliability and validity as psych, lavaan and semTools compute them, on seeded answers of our own.
#
# Rscript tests/oracle/measurement.R      writes measurement_*.csv beside this script
# Mind: htmt() defaults to HTMT2; AVE() of semTools weighs items by their variance, so AVE and CR come from lavaan's
# standardized loadings by their definitions; optimised values are those of the optimum, past lavaan's default stop.
suppressMessages({library(psych); library(lavaan); library(semTools)})
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # polish(), quietly(), write_tidy()
write_out <- function(table, name) write_tidy(table, paste0("measurement_", name, ".csv"))
# At the optimum, past lavaan's default stop.
fitted <- function(...) polish(list(...), quietly(sem(...)))$fit

# Four correlated factors on seven-point items of unequal loadings and spreads; two, three, four and six items.
set.seed(20261123)
n <- 260
scales <- list(care = paste0("ca", 1:2), trust = paste0("tr", 1:3), loyal = paste0("lo", 1:4), safe = paste0("sa", 1:6))
loads <- c(.8, .6, .8, .7, .5, .75, .7, .6, .4, .85, .8, .7, .6, .5, .4)
phi <- matrix(c(1, .5, .3, .2, .5, 1, .6, .4, .3, .6, 1, .7, .2, .4, .7, 1), 4)
owner <- rep(1:4, lengths(scales))
factors <- matrix(rnorm(n * 4), n) %*% chol(phi)
latent <- factors[, owner] * rep(loads, each = n) + matrix(rnorm(n * 15), n) * rep(sqrt(1 - loads^2), each = n)
spread <- rep(c(1.2, .9, 1.5), 5)
answers <- as.data.frame(matrix(pmin(7, pmax(1, round(4 + latent * rep(spread, each = n)))), n))
names(answers) <- unlist(scales)
write.csv(answers, "measurement_data.csv", row.names = FALSE)

alphas <- items <- list()
for (name in names(scales)) {
  x <- answers[scales[[name]]]
  found <- quietly(psych::alpha(x, warnings = FALSE))
  k <- ncol(x)
  omega <- c(NA, NA)
  std <- rep(NA, k)
  if (k > 2) {
    fit <- fitted(model = paste("f =~", paste(names(x), collapse = " + ")), data = x, std.lv = TRUE)
    omega <- c(compRelSEM(fit, obs.var = FALSE), compRelSEM(fit))
    std <- lavInspect(fit, "std")$lambda[, 1]
  }
  alphas[[name]] <- data.frame(construct = name, k = k, n = nrow(x), alpha = found$total$raw_alpha,
    alpha.ci.lower = unlist(found$feldt$lower.ci)[1], alpha.ci.upper = unlist(found$feldt$upper.ci)[1],
    alpha.std = found$total$std.alpha, mean.r = found$total$average_r, omega = omega[1], omega.observed = omega[2])
  dropped <- if (k > 2) found$alpha.drop$raw_alpha else rep(NA, k)
  items[[name]] <- data.frame(construct = name, item = names(x), r.drop = found$item.stats$r.drop,
    alpha.drop = as.numeric(dropped), loading = as.numeric(std), mean = found$item.stats$mean, sd = found$item.stats$sd)
}
write_out(do.call(rbind, alphas), "reliability")
write_out(do.call(rbind, items), "items")

# HTMT of every pair, both kinds.
model <- paste(sapply(names(scales), function(s) paste(s, "=~", paste(scales[[s]], collapse = " + "))), collapse = "\n")
one <- unclass(semTools::htmt(model, answers, htmt2 = FALSE))
two <- unclass(semTools::htmt(model, answers, htmt2 = TRUE))
pairs <- t(combn(names(scales), 2))
write_out(data.frame(construct1 = pairs[, 1], construct2 = pairs[, 2], htmt = one[pairs[, 2:1]],
                      htmt2 = two[pairs[, 2:1]]), "htmt")

# The correlated factors: standardized loadings with the SE of the delta method, CR and AVE, latent correlations.
fit <- fitted(model = model, data = answers)
solution <- standardizedSolution(fit)
loaded <- solution[solution$op == "=~", ]
write_out(data.frame(construct = loaded$lhs, item = loaded$rhs, loading = loaded$est.std, ci.lower = loaded$ci.lower,
                      ci.upper = loaded$ci.upper), "loadings")
by <- split(loaded$est.std, factor(loaded$lhs, names(scales)))
write_out(data.frame(construct = names(by), cr = sapply(by, function(l) sum(l)^2 / (sum(l)^2 + sum(1 - l^2))),
                      ave = sapply(by, function(l) mean(l^2))), "validity")
cors <- solution[solution$op == "~~" & solution$lhs %in% names(scales) & solution$lhs != solution$rhs, ]
write_out(data.frame(lhs = cors$lhs, rhs = cors$rhs, cor = cors$est.std), "factor_correlations")

# Moments of ordinal beside continuous variables and their asymptotic covariances, as lavaan computes them.
#
# Rscript tests/oracle/latent_moments.R      writes latent_moments_*.csv beside this script
suppressMessages(library(lavaan))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy()

set.seed(31)
n <- 300
f <- rnorm(n)
x <- sapply(c(.8, .7, .6, .7, .5, .75), function(l) l * f + sqrt(1 - l^2) * rnorm(n))
full <- data.frame(y1 = as.integer(cut(x[, 1], c(-Inf, -1, -.2, .6, 1.4, Inf))), x1 = round(10 + 3 * x[, 2], 3),
                   y2 = as.integer(x[, 3] > .5), y3 = as.integer(cut(x[, 4], c(-Inf, 0, 1.2, Inf))),
                   x2 = round(-2 + .4 * x[, 5] + .1 * x[, 5]^2, 3), y4 = as.integer(x[, 6] > -.3))
gaps <- full
for (name in names(gaps)) gaps[sample(n, 30), name] <- NA
# In the third set nobody is high on y2 and low on y4.
sets <- list(complete = full, pairwise = gaps, empty = transform(full, y4 = pmax(y4, y2)))

values <- gammas <- list()
for (name in names(sets)) {
  fit <- suppressWarnings(cfa("f =~ y1 + x1 + y2 + y3 + x2 + y4", sets[[name]], ordered = paste0("y", 1:4),
                              estimator = "WLSMV", missing = if (name == "pairwise") "pairwise" else "listwise"))
  gamma <- unclass(lavInspect(fit, "gamma"))
  values[[name]] <- data.frame(set = name, label = rownames(gamma), value = as.numeric(lavInspect(fit, "wls.obs")))
  below <- which(lower.tri(gamma, diag = TRUE), arr.ind = TRUE)
  gammas[[name]] <- data.frame(set = name, row = below[, 1] - 1L, column = below[, 2] - 1L, gamma = gamma[below])
}
write.csv(do.call(rbind, Map(cbind, set = names(sets), sets)), "latent_moments_data.csv", row.names = FALSE, na = "",
          quote = FALSE)
write_tidy(do.call(rbind, values), "latent_moments_values.csv")
write_tidy(do.call(rbind, gammas), "latent_moments_gamma.csv")

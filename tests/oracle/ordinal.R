# Weighted least squares of ordinal items as lavaan computes it (WLSMV), on seeded answers of our own.
#
# Rscript tests/oracle/ordinal.R      writes ordinal_*.csv beside this script
# Mind: lavaan stops 1e-5 to 6e-5 of a standard error short of the optimum; tests allow for it.
suppressMessages(library(lavaan))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy()

set.seed(77)
n <- 500
f1 <- rnorm(n)
f2 <- .5 * f1 + rnorm(n) * .8
f3 <- .4 * f2 + .2 * f1 + rnorm(n) * .8
load <- c(.8, .7, .6)
x <- sapply(1:9, function(i) load[(i - 1) %% 3 + 1] * list(f1, f2, f3)[[(i - 1) %/% 3 + 1]] +
              sqrt(1 - load[(i - 1) %% 3 + 1]^2) * rnorm(n))
x[, 4] <- x[, 4] + .25 * x[, 1]  # the model does not hold
cuts <- list(c(-1, 0, 1), 0, c(-.5, .7), c(-1.2, -.4, .4, 1.2), .3, c(-.8, .2, 1), c(0, 1), c(-.6, .6), c(-1.5, 0, 1.5))
answers <- as.data.frame(sapply(1:9, function(i) as.integer(cut(x[, i], c(-Inf, cuts[[i]], Inf)))))
names(answers) <- paste0("y", 1:9)
answers$x7 <- round(3 * x[, 7], 4)
answers$x9 <- round(x[, 9] + 2, 4)
answers$g <- rep(c("a", "b"), c(200, 300))
write.csv(answers, "ordinal_data.csv", row.names = FALSE, quote = FALSE)

paths <- "\nF2 ~ F1\nF3 ~ F1 + F2"
ordinal <- paste0("F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ y7 + y8 + y9", paths)
mixed <- paste0("F1 =~ y1 + y2 + y3\nF2 =~ y4 + y5 + y6\nF3 =~ x7 + y8 + x9", paths)
models <- list(ordinal = list(model = ordinal), mixed = list(model = mixed),
               groups = list(model = ordinal, group = "g"),
               equal = list(model = ordinal, group = "g", group.equal = "loadings"))
measures <- parameters <- list()
for (name in names(models)) {
  fit <- do.call("sem", c(models[[name]], list(data = answers, ordered = paste0("y", 1:9), estimator = "WLSMV")))
  told <- c("chisq", "df", "chisq.scaled", "pvalue.scaled", "chisq.scaling.factor", "baseline.chisq",
            "baseline.df", "baseline.chisq.scaled", "cfi", "cfi.scaled", "tli.scaled", "rmsea.scaled",
            "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "rmsea.pvalue.scaled")
  measures[[name]] <- data.frame(model = name, measure = told, value = as.numeric(fitMeasures(fit, told)))
  table <- as.data.frame(parameterEstimates(fit))
  if (is.null(table$group)) table$group <- 1
  table <- table[table$op %in% c("=~", "~", "~~") & table$se > 0, c("lhs", "op", "rhs", "group", "est", "se")]
  parameters[[name]] <- cbind(model = name, table)
}
write_tidy(do.call(rbind, measures), "ordinal_measures.csv")
write_tidy(do.call(rbind, parameters), "ordinal_parameters.csv")

# Latent correlations, their intervals, and the test of each against .85 and .90, as lavaan and semTools have them.
#
# Rscript tests/oracle/discriminant.R      writes discriminant_*.csv; reads measurement_data.csv
# Two pairs, loyal and safe the closest; holes and five categories are made here, and in the test alike.
suppressMessages({library(lavaan); library(semTools)})
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # polish(), quietly(), write_tidy()

answers <- read.csv("measurement_data.csv")
scales <- list(care = paste0("ca", 1:2), trust = paste0("tr", 1:3), loyal = paste0("lo", 1:4), safe = paste0("sa", 1:6))
model <- paste(sapply(names(scales), function(s) paste(s, "=~", paste(scales[[s]], collapse = " + "))), collapse = "\n")
holed <- answers
holed[seq(2, nrow(holed), 7), "tr2"] <- NA
holed[holed$ca1 > 5, "lo3"] <- NA
five <- as.data.frame(lapply(answers, function(x) cut(x, c(-Inf, 2, 3, 4, 5, Inf), labels = FALSE)))
how <- list(ML = list(data = answers, estimator = "ML"), MLR = list(data = answers, estimator = "MLR"),
            MLM = list(data = answers, estimator = "MLM"), FIML = list(data = holed, estimator = "MLR", missing = "fiml"),
            WLSMV = list(data = five, estimator = "WLSMV", ordered = names(five)))

pairs <- cbind(c("loyal", "safe"), c("trust", "loyal"))
rows <- list()
for (name in names(how)) {
  args <- c(how[[name]], list(std.lv = TRUE))
  fitted <- function(text) {
    args$model <- text
    if (name %in% c("WLSMV", "FIML")) quietly(do.call("cfa", args)) else
      polish(args, quietly(do.call("cfa", args)))$fit
  }
  larger <- fitted(model)
  solution <- standardizedSolution(larger)
  for (at in seq_len(ncol(pairs))) {
    one <- pairs[1, at]; other <- pairs[2, at]
    line <- solution[solution$op == "~~" & solution$lhs == one & solution$rhs == other, ]
    tested <- sapply(c(.85, .90), function(cut) {
      smaller <- fitted(paste0(model, "\n", one, " ~~ ", cut, "*", other))
      found <- quietly(lavTestLRT(larger, smaller))
      c(found[2, "Chisq diff"], found[2, "Pr(>Chisq)"])
    })
    rows[[length(rows) + 1]] <- data.frame(how = name, construct1 = one, construct2 = other, cor = line$est.std,
      ci.lower = line$ci.lower, ci.upper = line$ci.upper, at85.chisq = tested[1, 1], at85.pvalue = tested[2, 1],
      at90.chisq = tested[1, 2], at90.pvalue = tested[2, 2])
  }
}
write_tidy(do.call(rbind, rows), "discriminant_pairs.csv")
theirs <- quietly(discriminantValidity(cfa(model, answers, std.lv = TRUE), cutoff = .9))
write_tidy(data.frame(construct1 = theirs$lhs, construct2 = theirs$rhs, cor = theirs$est, ci.lower = theirs$ci.lower,
                      ci.upper = theirs$ci.upper, at90.chisq = theirs[["Chisq diff"]]), "discriminant_semtools.csv")

# Intraclass correlations of clusters of unlike sizes: one-way analysis of variance, and REML as nlme has it.
#
# Rscript tests/oracle/clustering.R      writes clustering.csv; clusters of measurement_data.csv are made here and in the test
suppressMessages(library(nlme))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy()

answers <- read.csv("measurement_data.csv")
scales <- list(care = paste0("ca", 1:2), trust = paste0("tr", 1:3), loyal = paste0("lo", 1:4), safe = paste0("sa", 1:6))
unit <- (seq_len(nrow(answers))^2 %/% 900) %% 40  # sizes of 3 to 30
rows <- lapply(names(scales), function(name) {
  y <- rowMeans(answers[scales[[name]]]) + (unit %% 7) / 5  # something that units share
  between <- anova(lm(y ~ factor(unit)))
  sizes <- as.numeric(table(unit))
  usual <- (sum(sizes) - sum(sizes^2) / sum(sizes)) / (length(sizes) - 1)
  ms <- between[["Mean Sq"]]
  fitted <- lme(y ~ 1, random = ~ 1 | unit, method = "REML", control = lmeControl(msTol = 1e-12, tolerance = 1e-12))
  variances <- as.numeric(VarCorr(fitted)[, "Variance"])
  data.frame(construct = name, n = length(y), clusters = length(sizes), icc = (ms[1] - ms[2]) / (ms[1] + (usual - 1) * ms[2]),
             icc.reml = variances[1] / sum(variances))
})
write_tidy(do.call(rbind, rows), "clustering.csv")

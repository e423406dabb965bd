# The CFA marker technique and an unmeasured method factor, fitted in lavaan as the papers describe them.
#
# Rscript tests/oracle/common_method.R      writes common_method_*.csv; reads measurement_data.csv, care is the marker
suppressMessages({library(lavaan); library(psych)})
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # polish(), quietly(), write_tidy()

answers <- read.csv("measurement_data.csv")
scales <- list(trust = paste0("tr", 1:3), loyal = paste0("lo", 1:4), safe = paste0("sa", 1:6))
items <- unlist(scales)
plain <- paste(sapply(names(scales), function(s) paste(s, "=~", paste(scales[[s]], collapse = " + "))), collapse = "\n")
fit_as <- function(estimator) function(text) {
  args <- list(model = text, data = answers, estimator = estimator, std.lv = TRUE)
  polish(args, quietly(do.call("cfa", args)))$fit
}
rows <- list()
for (estimator in c("ML", "MLR")) {
  fitted <- fit_as(estimator)
  est <- parameterEstimates(fitted(paste0(plain, "\nmarker =~ ca1 + ca2")))
  of <- function(lhs, op, rhs) sprintf("%.15g", est$est[est$lhs == lhs & est$op == op & est$rhs == rhs])
  with_method <- function(modifier) paste0(plain, "\nmarker =~ ", of("marker", "=~", "ca1"), "*ca1 + ",
    of("marker", "=~", "ca2"), "*ca2 + ", paste0(modifier, items, collapse = " + "), "\nca1 ~~ ", of("ca1", "~~", "ca1"),
    "*ca1\nca2 ~~ ", of("ca2", "~~", "ca2"), "*ca2\nmarker ~~ 0*trust + 0*loyal + 0*safe")
  base <- fitted(with_method("0*"))
  cors <- standardizedSolution(base)
  cors <- cors[cors$op == "~~" & cors$lhs %in% names(scales) & cors$rhs %in% names(scales) & cors$lhs != cors$rhs, ]
  one <- fitted(with_method("m*"))
  each <- fitted(with_method(""))
  tested <- function(larger, smaller) unlist(quietly(lavTestLRT(larger, smaller))[2, c("Chisq diff", "Df diff", "Pr(>Chisq)")])
  better <- if (tested(each, one)[3] < .05) "" else "m*"
  held <- fitted(paste0(with_method(better), "\n",
                        paste0(cors$lhs, " ~~ ", sprintf("%.15g", cors$est.std), "*", cors$rhs, collapse = "\n")))
  best <- if (better == "") each else one
  loads <- function(fit) { s <- standardizedSolution(fit); s$est.std[s$lhs == "marker" & s$op == "=~" & s$rhs %in% items] }
  add <- function(model, fit, test) data.frame(estimator = estimator, model = model, df = fitMeasures(fit, "df"),
    chisq.diff = test[1], df.diff = test[2], pvalue = test[3], method.loading = mean(loads(fit)),
    method.share = mean(loads(fit)^2))
  rows <- c(rows, list(add("baseline", base, c(NA, NA, NA)), add("method.c", one, tested(one, base)),
                       add("method.u", each, tested(each, one)), add("method.r", held, tested(best, held))))
}
write_tidy(do.call(rbind, rows), "common_method_marker.csv")

# Something that all items share, the same on every machine.
answers[items] <- answers[items] + ((seq_len(nrow(answers)) * 7) %% 5 - 2) * .5
unmeasured <- fit_as("ML")(paste0(plain, "\nmethod =~ ", paste0("m*", items, collapse = " + "),
                                  "\nmethod ~~ 0*trust + 0*loyal + 0*safe"))
before <- standardizedSolution(fit_as("ML")(plain))
after <- standardizedSolution(unmeasured)
change <- function(rows) (after$est.std[match(rows, paste(after$lhs, after$op, after$rhs))] -
                          before$est.std[match(rows, paste(before$lhs, before$op, before$rhs))])
largest <- function(x) x[which.max(abs(x))]
keys <- paste(before$lhs, before$op, before$rhs)
loads <- after$est.std[after$lhs == "method" & after$op == "=~"]
means <- sapply(scales, function(s) rowMeans(answers[s]))
values <- c(first.component.share = eigen(cor(answers[items]))$values[1] / length(items),
            vif.largest = max(diag(solve(cor(means)))), method.loading = mean(abs(loads)), method.share = mean(loads^2),
            loading.change = largest(change(keys[before$op == "=~"])),
            cor.change = largest(change(keys[before$op == "~~" & before$lhs != before$rhs])))
write_tidy(data.frame(measure = names(values), value = unname(values)), "common_method_measures.csv")

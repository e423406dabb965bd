# lavaan on samples that were drawn here: estimates, standard errors, tests. Called by validation_lavaan.py.
suppressPackageStartupMessages(library(lavaan))
arguments <- commandArgs(trailingOnly = TRUE)
answers <- read.csv(arguments[1])
model <- paste(readLines(arguments[2]), collapse = "\n")
options <- strsplit(arguments[4], " ")[[1]] # estimator, missing, ordered or not
items <- setdiff(names(answers), "sample")

one <- function(number) {
  part <- answers[answers$sample == number, items]
  given <- list(model = model, data = part, estimator = options[1], missing = options[2])
  if (options[3] == "ordered") given$ordered <- items
  fit <- tryCatch(suppressWarnings(do.call("sem", given)), error = function(e) NULL)
  if (is.null(fit) || !lavInspect(fit, "converged")) return(NULL)
  table <- as.data.frame(suppressWarnings(parameterEstimates(fit)))
  table <- table[!is.na(table$se) & table$se > 0, c("lhs", "op", "rhs", "est", "se")]
  wanted <- intersect(c("chisq", "pvalue", "chisq.scaled", "pvalue.scaled"), names(fitMeasures(fit)))
  tests <- data.frame(lhs = wanted, op = "test", rhs = "", est = as.numeric(fitMeasures(fit, wanted)), se = 0)
  cbind(sample = number, rbind(table, tests))
}
found <- do.call(rbind, lapply(unique(answers$sample), one))
found$version <- as.character(packageVersion("lavaan"))
for (name in c("est", "se")) found[[name]] <- sprintf("%.15g", found[[name]])
write.csv(found, arguments[3], row.names = FALSE)

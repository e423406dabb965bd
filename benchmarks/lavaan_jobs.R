# What lavaan is timed at. Reads the name of a job per line, does it, and answers with the processor time that it took and one
# number of the result, so that both sides can be seen to have done the same. Starting R and reading the data do not count.
suppressPackageStartupMessages(library(lavaan))
folder <- commandArgs(trailingOnly = TRUE)[1]
table_of <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))
text_of <- function(name) paste(readLines(file.path(folder, paste0(name, ".txt"))), collapse = "\n")
answers <- table_of("answers"); holes <- table_of("holes"); groups <- table_of("groups")
model <- text_of("model"); measurement <- text_of("measurement")
usual <- function(fit, measure) {
  parameterEstimates(fit); standardizedSolution(fit)
  fitMeasures(fit)[[measure]]
}
sequence <- function() {
  held <- list("", "loadings", c("loadings", "intercepts"), c("loadings", "intercepts", "residuals"))
  fits <- lapply(held, function(equal) cfa(measurement, groups, group = "insurer", group.equal = equal,
                                           estimator = "MLR"))
  measures <- lapply(fits, fitMeasures)
  for (at in 2:4) lavTestLRT(fits[[at - 1]], fits[[at]])
  measures[[4]][["chisq.scaled"]]
}
known <- sem(model, answers)
jobs <- list(
  blas = function() paste(R.version.string, "with lavaan", packageVersion("lavaan"), "and BLAS", sessionInfo()$BLAS),
  fit = function() usual(sem(model, answers), "chisq"),
  robust = function() usual(sem(model, answers, estimator = "MLR"), "chisq.scaled"),
  draws = function() nrow(bootstrapLavaan(known, R = 50)),
  fiml = function() usual(sem(model, holes, missing = "fiml"), "chisq"),
  wlsmv = function() usual(sem(model, answers, ordered = names(answers)), "chisq.scaled"),
  invariance = sequence,
  parallel = function() {
    options(mc.cores = 1)
    invisible(capture.output(found <- psych::fa.parallel(answers, n.iter = 200, sim = FALSE, SMC = TRUE, fa = "both",
                                                         plot = FALSE)))
    found$pc.values[[1]]
  },
  polychorics = function() sum(lavCor(answers, ordered = names(answers), output = "cor"))
)
said <- file("stdin", "r")
while (length(name <- readLines(said, n = 1))) {
  began <- proc.time()
  found <- suppressWarnings(jobs[[name]]())
  taken <- sum((proc.time() - began)[c("user.self", "sys.self")])
  cat(format(taken, digits = 15), "\t", if (is.numeric(found)) format(found, digits = 15) else found, "\n", sep = "")
  flush(stdout())
}

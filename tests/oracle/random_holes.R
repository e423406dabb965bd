# The random models with holes of random_holes.py, by ML with full information -> random_holes_*.csv
source("lavaan_tables.R")

models <- read_models("random_holes.csv")
WANTED <- c("npar", "chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "cfi", "tli", "logl", "unrestricted.logl",
            "aic", "bic", "ntotal", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")

fitted_by <- function(row, data) {
  args <- arguments(row, list(data = data))
  if (length(unique(data$group)) > 1) args$group <- "group"
  args <- c(args, list(missing = "fiml", em.h1.tol = 1e-12, em.h1.iter.max = 20000))
  tryCatch(quietly(do.call("sem", args)), error = function(e) NULL)
}

described <- lapply(seq_len(nrow(models)), function(i) {
  row <- models[i, ]
  message(row$model)
  data <- read.csv(file.path("random_holes_data", paste0(row$model, ".csv")), encoding = "UTF-8")
  ml <- fitted_by(row, data)
  status <- data.frame(model = row$model, converged = !is.null(ml) && lavInspect(ml, "converged"))
  v <- if (status$converged) tryCatch(suppressWarnings(vcov(ml)), error = function(e) NULL) else NULL
  status$standard.errors <- !is.null(v) && all(is.finite(v))
  out <- list(status = status)
  if (!status$standard.errors) return(out)
  parameters <- parameters_of(ml)[c(KEY, "est", "se", "std.all", "std.all.se")]
  one <- fitMeasures(ml, WANTED)
  measures <- data.frame(measure = names(one), value = as.numeric(one))
  out$parameters <- cbind(model = row$model, parameters)
  out$measures <- cbind(model = row$model, measures)
  out
})
write_all(described, "random_holes", c("status", "parameters", "measures"))

# The random models of ordinal items of random_categories.py, by WLSMV -> random_categories_*.csv
source("lavaan_tables.R")

models <- read_models("random_categories.csv")
WANTED <- c("npar", "chisq", "df", "chisq.scaled", "pvalue.scaled", "chisq.scaling.factor", "baseline.chisq",
            "baseline.df", "baseline.chisq.scaled", "cfi", "cfi.scaled", "tli.scaled", "rmsea", "rmsea.scaled",
            "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "srmr", "ntotal")

described <- lapply(seq_len(nrow(models)), function(i) {
  row <- models[i, ]
  message(row$model)
  data <- read.csv(file.path("random_categories_data", paste0(row$model, ".csv")), encoding = "UTF-8")
  args <- list(model = row$text, data = data, ordered = strsplit(row$ordered, " ")[[1]], estimator = "WLSMV",
               std.lv = as.logical(row$std_lv))
  if (length(unique(data$group)) > 1) args$group <- "group"
  if (nzchar(row$group_equal)) args$group.equal <- strsplit(row$group_equal, " ")[[1]]
  fit <- tryCatch(quietly(do.call("sem", args)), error = function(e) NULL)
  status <- data.frame(model = row$model, converged = !is.null(fit) && lavInspect(fit, "converged"))
  v <- if (status$converged) tryCatch(suppressWarnings(vcov(fit)), error = function(e) NULL) else NULL
  status$standard.errors <- !is.null(v) && all(is.finite(v))
  out <- list(status = status)
  if (!status$standard.errors) return(out)
  out$parameters <- cbind(model = row$model, parameters_of(fit)[c(KEY, "est", "se", "std.all", "std.all.se")])
  measures <- quietly(fitMeasures(fit, WANTED))
  out$measures <- cbind(model = row$model, data.frame(measure = names(measures), value = as.numeric(measures)))
  out
})
write_all(described, "random_categories", c("status", "parameters", "measures"))

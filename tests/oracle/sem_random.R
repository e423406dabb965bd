# The random models of random_models.py -> sem_random_*.csv
source("lavaan_tables.R")

models <- read_models("random_models.csv")
moments <- read.csv("random_moments.csv", encoding = "UTF-8")

source_of <- function(row) {
  file <- file.path("random_data", paste0(row$model, ".csv"))
  if (!file.exists(file)) return(moments_of(moments, row$model, row$n))
  data <- read.csv(file, encoding = "UTF-8")
  if (is.null(data$group)) list(data = data) else list(data = data, group = "group")
}

described <- lapply(seq_len(nrow(models)), function(i) {
  quietly(describe(models$model[i], arguments(models[i, ], source_of(models[i, ]))))
})
write_all(described, "sem_random")

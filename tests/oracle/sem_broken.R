# The broken models of broken_models.py -> sem_broken_status.csv: what lavaan says where there is little to say
source("lavaan_tables.R")

models <- read_models("broken_models.csv")
moments <- read.csv("broken_moments.csv", encoding = "UTF-8")

described <- lapply(seq_len(nrow(models)), function(i) {
  row <- models[i, ]
  status <- quietly(status_of(arguments(row, moments_of(moments, row$model, row$n))))
  list(status = cbind(model = row$model, status$row))
})
write_all(described, "sem_broken", "status")

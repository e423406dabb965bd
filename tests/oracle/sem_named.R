# The named models of named_models.csv -> sem_named_*.csv, and the matrix that `printed_matrix` reads -> named_printed.csv
source("lavaan_tables.R")

models <- read_models("named_models.csv")
N_PRINTED <- 301

# Nine items as an article prints them: three decimals of a correlation, two of a standard deviation.
items <- HolzingerSwineford1939[paste0("x", 1:9)]
printed <- round(cor(items), 3)
sds <- round(sapply(items, sd), 2)
write_tidy(data.frame(item = names(items), n = N_PRINTED, sd = sds, printed), "named_printed.csv")

source_of <- function(row) {
  columns <- strsplit(row$columns, " ")[[1]]
  if (row$data == "printed") {
    cov <- cor2cov(printed, sds)
    dimnames(cov) <- list(columns, columns)
    return(list(sample.cov = cov, sample.nobs = N_PRINTED))
  }
  data <- get(row$data)
  if (nzchar(row$group)) list(data = data[c(columns, row$group)], group = row$group) else list(data = data[columns])
}

described <- lapply(seq_len(nrow(models)), function(i) {
  row <- models[i, ]
  quietly(describe(row$model, arguments(row, source_of(row))))
})
write_all(described, "sem_named")

# Residual correlations, both definitions, for one model of each kind.
residuals <- lapply(c("hs_three_factors", "pd_structural", "hs_scalar"), function(name) {
  row <- models[models$model == name, ]
  fit <- do.call("sem", arguments(row, source_of(row)))
  polished <- polish(arguments(row, source_of(row)), fit)$fit
  bollen <- as_groups(resid(polished, type = "cor.bollen"))
  bentler <- as_groups(resid(polished, type = "cor.bentler"))
  do.call(rbind, lapply(seq_along(bollen), function(g) {
    cov <- bollen[[g]]$cov
    lower <- which(lower.tri(cov, diag = TRUE), arr.ind = TRUE)
    data.frame(model = name, group = g, row = rownames(cov)[lower[, 1]], column = rownames(cov)[lower[, 2]],
               cor.bollen = cov[lower], cor.bentler = bentler[[g]]$cov[lower])
  }))
})
write_tidy(do.call(rbind, residuals), "sem_named_residuals.csv")

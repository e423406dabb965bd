# Mean, SD, skewness and kurtosis of items as psych describes them, on seeded answers of our own.
#
# Rscript tests/oracle/survey_items.R      writes survey_items_data.csv and survey_items.csv beside this script
# type = 3 is b1 and b2 - 3: moments with n over powers of the standard deviation with n - 1.
suppressMessages(library(psych))
setwd(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])))
source("lavaan_tables.R")  # write_tidy()

# Seven-point items: even, skewed to either side, at the ceiling, of two answers only; with holes, and with few answers.
set.seed(20261123)
n <- 97
shares <- list(even = rep(1, 7), high = c(1, 1, 2, 4, 8, 16, 24), low = c(20, 12, 6, 3, 2, 1, 1),
               ceiling = c(0, 0, 0, 0, 1, 2, 40), two = c(5, 0, 0, 0, 0, 0, 5), holes = c(1, 2, 4, 6, 4, 2, 1),
               few = rep(1, 7))
answers <- as.data.frame(lapply(shares, function(share) sample(1:7, n, replace = TRUE, prob = share)))
answers$holes[sample(n, 30)] <- NA
answers$few[6:n] <- NA
write.csv(answers, "survey_items_data.csv", row.names = FALSE, na = "")

found <- psych::describe(answers, type = 3)
write_tidy(data.frame(item = rownames(found), n = found$n, mean = found$mean, sd = found$sd, skew = found$skew,
                      kurtosis = found$kurtosis), "survey_items.csv")

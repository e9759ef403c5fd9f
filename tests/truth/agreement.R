# Makes agreement_r.json: what R finds in agreement_cases.json.
#
#   apt-get install r-base-core r-cran-jsonlite r-cran-psych r-cran-vcd   # and irr, from CRAN
#   Rscript tests/truth/agreement.R > tests/truth/agreement_r.json
#
# Where irr is not installed, IRR names a folder with its kappa2.R, kripp.alpha.R and icc.R.

suppressMessages({library(jsonlite); library(psych); library(vcd)})
irr <- Sys.getenv("IRR")
if (nzchar(irr)) {
  for (file in c("kappa2.R", "kripp.alpha.R", "icc.R")) source(file.path(irr, file))
} else library(irr)

arguments <- commandArgs(trailingOnly = FALSE)
here <- dirname(sub("--file=", "", grep("--file=", arguments, value = TRUE)))
cases <- fromJSON(file.path(here, "agreement_cases.json"), simplifyVector = TRUE)

# --- agreement --------------------------------------------------------------

pair <- function(case) {
  ratings <- na.omit(cbind(unlist(case$a), unlist(case$b)))
  counts <- table(factor(ratings[, 1], case$scale), factor(ratings[, 2], case$scale))
  names <- c(unweighted = "unweighted", linear = "equal", quadratic = "squared")
  found <- list(irr = lapply(names, function(w) kappa2(ratings, w)$value))
  # irr finds the categories itself, in the order of their first appearance among the raters' levels;
  # only where both raters used all of the scale are its weights those of the scale.
  found$all_used <- length(unique(ratings[, 1])) == length(case$scale) && length(unique(ratings[, 2])) == length(case$scale)
  # irr's standard error is right for the unweighted kappa only.
  found$z_unweighted <- kappa2(ratings)$statistic
  # vcd takes its weights by position, as the scale has them.
  linear <- Kappa(counts, weights = "Equal-Spacing")
  quadratic <- Kappa(counts, weights = "Fleiss-Cohen")
  found$vcd <- list(unweighted = unname(linear$Unweighted), linear = unname(linear$Weighted), quadratic = unname(quadratic$Weighted))
  found
}

tables <- function(case) {
  rows <- matrix(as.numeric(unlist(case$rows)), nrow = nrow(case$rows))
  complete <- na.omit(rows)
  psych <- ICC(complete, lmer = FALSE)$results
  single <- list(icc(rows, "oneway"), icc(rows, "twoway", "agreement"), icc(rows, "twoway", "consistency"))
  list(
    psych = list(icc = psych$ICC, f = psych$F, p = psych$p, low = psych$`lower bound`, high = psych$`upper bound`),
    irr_icc = lapply(single, function(r) c(r$value, r$lbound, r$ubound)),
    # Of complete tables of more than two raters irr counts every pair as a whole rating.
    irr_alpha_is_right = anyNA(rows) || ncol(rows) == 2,
    irr_alpha = lapply(c(nominal = "nominal", ordinal = "ordinal", interval = "interval"), function(m) kripp.alpha(t(rows), m)$value)
  )
}

# --- the cluster bootstrap, written as one would read it -----------------------

RNGkind("L'Ecuyer-CMRG")
runif_after <- function(seed) { set.seed(seed, kind = "L'Ecuyer-CMRG"); runif(8) }
below <- function(n, of) floor(runif(n) * of) + 1

clustered <- function(case, resamples, seed) {
  frame <- data.frame(class = case$class, source = case$source, t(case$columns))
  columns <- list(frame$X1, frame$X2)
  classes <- lapply(split(seq_len(nrow(frame)), frame$class), function(rows) split(rows, frame$source[rows]))
  set.seed(seed, kind = "L'Ecuyer-CMRG")
  draws <- replicate(resamples, {
    drawn <- if (length(classes) == 1) 1 else below(length(classes), length(classes))
    rows <- unlist(lapply(classes[drawn], function(sources) unlist(sources[below(length(sources), length(sources))])))
    sapply(columns, function(x) mean(x[rows], na.rm = TRUE))
  })
  units <- if (length(classes) == 1) classes[[1]] else lapply(classes, function(s) unlist(s))
  without <- sapply(units, function(rows) sapply(columns, function(x) mean(x[-rows], na.rm = TRUE)))
  # A row per series: the columns, then their mean.
  draws <- rbind(draws, colMeans(draws)); without <- rbind(without, colMeans(without))
  means <- sapply(columns, mean, na.rm = TRUE); means <- c(means, mean(means))
  variances <- sapply(columns, function(x) var(x, na.rm = TRUE) / sum(!is.na(x)))
  variances <- c(variances, sum(variances) / length(columns)^2)
  lapply(seq_along(means), function(i) {
    x <- draws[i, ]; d <- mean(without[i, ]) - without[i, ]
    a <- sum(d^3) / (6 * sum(d^2)^1.5)
    z0 <- qnorm((sum(x < means[i]) + sum(x <= means[i])) / (2 * length(x)))
    end <- function(z) pnorm(z0 + (z0 + z) / (1 - a * (z0 + z)))
    z <- qnorm(0.975)
    list(mean = means[i], percentile = unname(quantile(x, c(0.025, 0.975))), bca = unname(quantile(x, c(end(-z), end(z)))),
         standard_error = sd(x), design_effect = var(x) / variances[i])
  })
}

one_class <- function(case) {
  keep <- case$class == 4
  list(class = case$class[keep], source = case$source[keep], columns = case$columns[, keep])
}

# Five raters who are shifts of the two, so that there are enough to generalise from.
generalised <- function(case, resamples, seed) {
  columns <- rbind(case$columns, 6 - case$columns, case$columns[1, ] - 1)
  classes <- lapply(split(seq_along(case$class), case$class), function(rows) split(rows, case$source[rows]))
  set.seed(seed, kind = "L'Ecuyer-CMRG")
  means <- replicate(resamples, {
    rows <- unlist(lapply(classes[below(length(classes), length(classes))], function(sources) unlist(sources[below(length(sources), length(sources))])))
    rowMeans(columns[, rows], na.rm = TRUE)
  })
  raters <- matrix(below(resamples * 5, 5), nrow = 5)
  x <- sapply(seq_len(resamples), function(i) mean(means[raters[, i], i]))
  list(mean = mean(rowMeans(columns, na.rm = TRUE)), interval = unname(quantile(x, c(0.025, 0.975))), standard_error = sd(x))
}

case <- cases$clustered
wilson <- apply(cases$proportions, 1, function(p) as.numeric(suppressWarnings(prop.test(p[1], p[2], correct = FALSE))$conf.int))
cat(toJSON(list(
  packages = list(R = as.character(getRversion()), psych = as.character(packageVersion("psych")), vcd = as.character(packageVersion("vcd")), irr = if (nzchar(irr)) "0.84.1, from source" else as.character(packageVersion("irr"))),
  runif_1 = runif_after(1), runif_20261124 = runif_after(20261124),
  pairs = lapply(cases$pairs, pair), tables = lapply(cases$tables, tables),
  wilson = t(wilson),
  clustered = clustered(case, 2000, 7), one_class = clustered(one_class(case), 2000, 7),
  generalised = generalised(case, 2000, 7)
), auto_unbox = TRUE, digits = NA, pretty = 1, na = "null"))

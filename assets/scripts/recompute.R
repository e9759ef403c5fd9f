# Recomputes every number of the report from ratings.csv (and audit.csv, where there is one), and fails where one differs from numbers.csv.
#
#   Rscript recompute.R            (base R only; in the folder of the export, or with that folder as the argument)

arguments <- commandArgs(trailingOnly = TRUE)
folder <- if (length(arguments)) arguments[1] else "."
# Text stays text: a column that is empty throughout would be NA, and a code such as 01 a number.
text <- c("rater", "class_code", "branch", "phase", "question", "excluded")
ratings <- read.csv(file.path(folder, "ratings.csv"), na.strings = character(0), stringsAsFactors = FALSE, colClasses = sapply(text, function(name) "character"))
expected <- read.csv(file.path(folder, "numbers.csv"), stringsAsFactors = FALSE)
setting <- function(name) expected$value[expected$name == paste0("setting/", name)]
everyone <- setting("everyone"); exclusion <- setting("exclusion"); seed <- setting("seed")
resamples <- setting("resamples"); level <- setting("level"); good_from <- setting("good_from")
wanted <- setting("wanted_half_width"); upper <- (1 + level) / 2; scale <- 1:5

found <- new.env()
put <- function(name, value) if (length(value) == 1 && is.finite(value)) assign(name, value, envir = found)
put_interval <- function(name, ends) if (length(ends) == 2) { put(paste0(name, "_low"), ends[1]); put(paste0(name, "_high"), ends[2]) }

ratings <- ratings[ratings$phase != "training" & (everyone == 1 | ratings$queue_closed == "yes"), ]
ratings <- ratings[order(ratings$arrival), ]
ratings$value <- suppressWarnings(as.numeric(ratings$value))

# --- means --------------------------------------------------------------------

# Indices of the classes' sources, both in ascending order; only rated prototypes take part.
clusters <- function(class, source, rated) {
  kept <- which(rated)
  lapply(split(kept, class[kept]), function(rows) unname(split(rows, source[rows])))
}

# Sum and count per source and column: what a resample adds up.
bootstrap <- function(groups, columns) {
  of_source <- function(rows) unlist(lapply(columns, function(x) c(sum(x[rows], na.rm = TRUE), sum(!is.na(x[rows])))))
  tallies <- lapply(groups, function(sources) do.call(rbind, lapply(sources, of_source)))
  k <- length(tallies)
  set.seed(seed, kind = "L'Ecuyer-CMRG")
  sums <- vapply(seq_len(resamples), function(i) {
    drawn <- if (k == 1) 1 else floor(runif(k) * k) + 1
    total <- 0
    for (class in drawn) {
      t <- tallies[[class]]; m <- nrow(t)
      total <- total + colSums(t[floor(runif(m) * m) + 1, , drop = FALSE])
    }
    total
  }, numeric(2 * length(columns)))
  units <- if (k == 1) lapply(seq_len(nrow(tallies[[1]])), function(i) tallies[[1]][i, ]) else lapply(tallies, colSums)
  whole <- Reduce(`+`, units)
  without <- if (length(units) < 2) matrix(0, 2 * length(columns), 0) else sapply(units, function(u) whole - u)
  list(sums = sums, without = without, whole = whole)
}

# Sum over count, and sums from the left: a resample that equals the estimate is to equal it to the last bit, since ties
# count one half. R's mean() and colMeans() round otherwise.
means <- function(tally, column) tally[2 * column - 1, ] / tally[2 * column, ]
mean_of <- function(x) sum(x, na.rm = TRUE) / sum(!is.na(x))
over <- function(parts) Reduce(`+`, parts) / length(parts)
of_columns <- function(tally, n) if (ncol(tally) == 0) numeric(0) else over(lapply(seq_len(n), function(j) means(tally, j)))

interval_numbers <- function(draws, without, estimate) {
  draws <- draws[is.finite(draws)]; without <- without[is.finite(without)]
  if (length(without) < 2) return(NULL)
  result <- list(percentile = unname(quantile(draws, c(1 - upper, upper))), se = sd(draws))
  d <- mean(without) - without
  if (sqrt(sum(d^2)) > 1e-12 * abs(mean(without)) && sum(d^2) > 0) {
    a <- sum(d^3) / (6 * sum(d^2)^1.5)
    share <- (sum(draws < estimate) + sum(draws <= estimate)) / (2 * length(draws))
    if (share > 0 && share < 1) {
      z0 <- qnorm(share); z <- qnorm(upper)
      end <- function(z) pnorm(z0 + (z0 + z) / (1 - a * (z0 + z)))
      result$bca <- unname(quantile(draws, c(end(-z), end(z))))
    }
  }
  result
}

short_summary <- function(name, frame, x) {
  put(paste0(name, "/n"), sum(!is.na(x)))
  if (!any(!is.na(x))) return(NULL)
  put(paste0(name, "/mean"), mean(x, na.rm = TRUE))
  drawn <- bootstrap(clusters(frame$class, frame$source, !is.na(x)), list(x))
  result <- interval_numbers(means(drawn$sums, 1), if (ncol(drawn$without)) means(drawn$without, 1) else numeric(0), mean_of(x))
  put_interval(paste0(name, "/percentile"), result$percentile)
  result
}

clustered_numbers <- function(name, result, variance, naive) {
  put_interval(paste0(name, "/naive"), naive)
  put_interval(paste0(name, "/bca"), result$bca)
  if (!is.null(result)) {
    put(paste0(name, "/standard_error"), result$se)
    if (is.finite(variance) && variance > 0) put(paste0(name, "/design_effect"), result$se^2 / variance)
  }
}

wilson <- function(count, n) {
  z <- qnorm(upper); p <- count / n; shrink <- 1 + z^2 / n
  centre <- (p + z^2 / (2 * n)) / shrink
  half <- z * sqrt(p * (1 - p) / n + z^2 / (4 * n^2)) / shrink
  c(if (count == 0) 0 else centre - half, if (count == n) 1 else centre + half)
}

needed <- function(s, effect) {
  wide <- function(n) qt(upper, n - 1) * s * sqrt(effect / n) > wanted
  enough <- 2; while (wide(enough)) enough <- enough * 2
  few <- if (enough == 2) 1 else enough / 2
  while (enough - few > 1) { middle <- floor((few + enough) / 2); if (wide(middle)) few <- middle else enough <- middle }
  enough
}

summary_numbers <- function(name, frame, x) {
  result <- short_summary(name, frame, x)
  v <- x[!is.na(x)]; n <- length(v)
  for (point in scale) put(paste0(name, "/count_", point), sum(v == point))
  if (n == 0) return(NULL)
  put(paste0(name, "/median"), median(v))
  put(paste0(name, "/good_share"), mean(v >= good_from)); put_interval(paste0(name, "/good_share"), wilson(sum(v >= good_from), n))
  variance <- NA; naive <- NULL
  if (n > 1) {
    put(paste0(name, "/sd"), sd(v))
    variance <- var(v) / n; naive <- mean(v) + c(-1, 1) * qt(upper, n - 1) * sqrt(variance)
  }
  clustered_numbers(name, result, variance, naive)
  if (!is.null(result) && is.finite(variance) && variance > 0) needed(sd(v), result$se^2 / variance) else NULL
}

# --- agreement ----------------------------------------------------------------

weights <- function(kind) {
  d <- abs(outer(scale, scale, "-")) / (max(scale) - min(scale))
  switch(kind, unweighted = 1 * (d == 0), linear = 1 - d, quadratic = 1 - d^2)
}

kappa <- function(a, b, kind) {
  both <- !is.na(a) & !is.na(b); n <- sum(both)
  if (n < 2) return(NULL)
  p <- unclass(table(factor(a[both], scale), factor(b[both], scale))) / n
  w <- weights(kind); pa <- rowSums(p); pb <- colSums(p)
  chance <- sum(outer(pa, pb) * w); room <- 1 - chance
  if (room <= 1e-12) return(NULL)
  k <- (sum(p * w) - chance) / room
  met <- outer(as.vector(w %*% pb), as.vector(t(w) %*% pa), "+")
  spread <- sum(p * (w - met * (1 - k))^2) - (k - chance * (1 - k))^2
  se <- sqrt(max(spread, 0) / n) / room
  list(k = k, interval = k + c(-1, 1) * qnorm(upper) * se)
}

gwet <- function(table, kind) {
  if (ncol(table) < 2) return(NULL)
  counts <- t(apply(table, 1, function(row) sapply(scale, function(s) sum(row == s, na.rm = TRUE))))
  counts <- counts[rowSums(counts) > 0, , drop = FALSE]
  r <- rowSums(counts); n <- nrow(counts); compared <- sum(r >= 2); k <- length(scale)
  if (compared < 1 || n < 2) return(NULL)
  w <- weights(kind)
  agreed <- rowSums(counts * (counts %*% w - 1)) / (r * (r - 1)); agreed[r < 2] <- 0
  observed <- sum(agreed) / compared; shares <- colMeans(counts / r)
  scaled <- sum(w) / (k * (k - 1)); chance <- scaled * sum(shares * (1 - shares)); room <- 1 - chance
  if (room <= 1e-12) return(NULL)
  ac <- (observed - chance) / room
  own <- ifelse(r >= 2, n / compared * (agreed - chance) / room, 0)
  chance_of <- scaled * as.vector(counts %*% (1 - shares)) / r
  variance <- sum((own - 2 * (1 - ac) * (chance_of - chance) / room - ac)^2) / (n * (n - 1))
  half <- qt(upper, n - 1) * sqrt(variance)
  list(ac = ac, interval = c(ac - half, min(ac + half, 1)))
}

alpha <- function(table, metric) {
  if (ncol(table) < 2) return(NULL)
  units <- apply(table, 1, function(row) row[!is.na(row)], simplify = FALSE); units <- units[lengths(units) >= 2]
  if (!length(units)) return(NULL)
  all <- unlist(units); classes <- sort(unique(all)); n <- length(all)
  count <- sapply(classes, function(c) sum(all == c)); k <- length(classes)
  distance <- outer(seq_len(k), seq_len(k), Vectorize(function(i, j) {
    low <- min(i, j); high <- max(i, j)
    switch(metric, nominal = as.numeric(i != j), interval = (classes[i] - classes[j])^2,
           ordinal = (sum(count[low:high]) - (count[low] + count[high]) / 2)^2)
  }))
  total <- sum(outer(count, count) * distance)
  if (total <= 0) return(NULL)
  observed <- sum(sapply(units, function(u) { c <- sapply(classes, function(x) sum(u == x)); sum(outer(c, c) * distance) / (length(u) - 1) }))
  1 - (observed / n) / (total / (n * (n - 1)))
}

icc <- function(table) {
  if (ncol(table) < 2) return(NULL)
  x <- table[rowSums(is.na(table)) == 0, , drop = FALSE]; n <- nrow(x); k <- ncol(x)
  if (n < 2) return(NULL)
  grand <- mean(x); items <- rowMeans(x); raters <- colMeans(x)
  rounding <- 1e-13 * max(sum((x - grand)^2), 1e-13 * max(abs(x))^2 * n * k)
  tidy <- function(s) if (s <= rounding) 0 else s
  msb <- tidy(k * sum((items - grand)^2)) / (n - 1); msj <- tidy(n * sum((raters - grand)^2)) / (k - 1)
  msw <- tidy(sum((x - items)^2)) / (n * (k - 1))
  mse <- tidy(sum((x - outer(items, raters, "+") + grand)^2)) / ((n - 1) * (k - 1))
  if (msb == 0 && msw == 0) return(NULL)
  against <- function(noise, d) {
    if (msb == 0 || msb + (k - 1) * noise == 0) return(NULL)
    ends <- if (noise == 0) NULL else { f <- msb / noise; c(f / qf(upper, d[1], d[2]), f * qf(upper, d[2], d[1])) }
    list(single = (msb - noise) / (msb + (k - 1) * noise), average = (msb - noise) / msb, interval = if (is.null(ends)) NULL else (ends - 1) / (ends + k - 1))
  }
  absolute <- function() {
    single <- msb + (k - 1) * mse + k * (msj - mse) / n; average <- msb + (msj - mse) / n
    if (single == 0 || average == 0) return(NULL)
    r <- (msb - mse) / single
    byr <- k * r * msj; bye <- (n * (1 + (k - 1) * r) - k * r) * mse
    spread <- byr^2 / (k - 1) + bye^2 / ((n - 1) * (k - 1)); ends <- NULL
    if (spread != 0) {
      v <- (byr + bye)^2 / spread; noise <- k * msj + (k * n - k - n) * mse
      up <- qf(upper, n - 1, v); low <- qf(upper, v, n - 1)
      ends <- c(n * (msb - up * mse) / (up * noise + n * msb), n * (low * msb - mse) / (noise + n * low * msb))
    }
    list(single = r, average = (msb - mse) / average, interval = ends)
  }
  list(against(msw, c(n - 1, n * (k - 1))), absolute(), against(mse, c(n - 1, (n - 1) * (k - 1))))
}

longest <- function(x) max(rle(x)$lengths)
run_probability <- function(length, n, shares) {
  if (length <= 1) return(1)
  k <- length(shares); began <- matrix(0, k, n); going <- numeric(k); without <- 1
  for (position in seq_len(n)) {
    before <- without
    began[, position] <- shares * (before - going)
    going <- going * shares + began[, position]
    start <- position - length + 1
    if (start >= 1) going <- going - began[, start] * shares^(length - 1)
    without <- sum(going)
  }
  min(max(1 - without, 0), 1)
}

# --- metrics without people ---------------------------------------------------

audit <- if (length(setting("audit"))) read.csv(file.path(folder, "audit.csv")) else NULL
# In a study of pairs the cosine of each stands in ratings.csv.
if (length(setting("pairs"))) audit <- setNames(unique(ratings[, c("prototype", "pair_cosine")]), c("prototype", "cosine"))

# Each metric with the mean rating of each prototype; sum and count, so that equal means are equal to the last bit.
beside <- function(item, prototypes, counted) {
  sums <- Reduce(`+`, lapply(counted, function(x) ifelse(is.na(x), 0, x)))
  counts <- Reduce(`+`, lapply(counted, function(x) as.numeric(!is.na(x))))
  ratings <- ifelse(counts > 0, sums / counts, NA)
  for (metric in setdiff(names(audit), "prototype")) {
    values <- audit[[metric]][match(prototypes, audit$prototype)]
    both <- !is.na(values) & !is.na(ratings); n <- sum(both)
    if (n < 2 || length(unique(values[both])) < 2 || length(unique(ratings[both])) < 2) next
    rho <- cor(values[both], ratings[both], method = "spearman")
    name <- paste0(item, "/metric/", metric)
    put(paste0(name, "/n"), n); put(paste0(name, "/rho"), rho)
    # Bonett and Wright (2000).
    if (n >= 4 && 1 - abs(rho) >= 1e-12) {
      put_interval(paste0(name, "/rho"), tanh(atanh(rho) + c(-1, 1) * qnorm(upper) * sqrt((1 + rho^2 / 2) / (n - 3))))
    }
  }
}

# --- the report ---------------------------------------------------------------

for (item in unique(ratings$question)) {
  rows <- ratings[ratings$question == item, ]
  raters <- sort(unique(rows$rater), method = "radix"); prototypes <- sort(unique(rows$prototype))
  at <- match(prototypes, rows$prototype)
  classes <- sort(unique(rows$class_code), method = "radix")
  frame <- data.frame(class = match(rows$class_code[at], classes), source = rows$source_ecg[at])
  cell <- function(rater, phase) { own <- rows[rows$rater == rater & rows$phase == phase, ]; own[match(prototypes, own$prototype), ] }
  first <- lapply(raters, cell, "main"); again <- lapply(raters, cell, "repeat")
  mislabelled <- Reduce(`|`, lapply(first, function(f) !is.na(f$excluded) & f$excluded == "label_error"))
  counted <- lapply(first, function(f) {
    x <- f$value
    if (exclusion > 0) x[!is.na(f$excluded) & f$excluded != ""] <- NA
    if (exclusion == 2) x[mislabelled] <- NA
    x
  })
  for (j in seq_along(raters)) {
    name <- paste0(item, "/", raters[j]); x <- counted[[j]]
    # Every rater with a line for the question is in the report, also one without a value.
    all_needed <- summary_numbers(paste0(name, "/all"), frame, x)
    put(paste0(name, "/ratings_needed"), all_needed)
    for (i in seq_along(classes)) { of <- frame$class == i; short_summary(paste0(name, "/class/", classes[i]), frame[of, ], x[of]) }
    branches <- rows$branch[at]
    for (branch in setdiff(unique(branches), "")) { of <- branches == branch; short_summary(paste0(name, "/branch/", branch), frame[of, ], x[of]) }
    short_summary(paste0(name, "/without_exclusions"), frame, first[[j]]$value)
    reasons <- first[[j]]$excluded; reasons <- reasons[!is.na(reasons) & reasons != ""]
    for (reason in unique(reasons)) put(paste0(name, "/excluded/", reason), sum(reasons == reason))
    twice <- !is.na(first[[j]]$value) & !is.na(again[[j]]$value) & first[[j]]$excluded == "" & again[[j]]$excluded == ""
    if (any(twice)) {
      a <- first[[j]]$value[twice]; b <- again[[j]]$value[twice]
      put(paste0(name, "/repeats/n"), sum(twice)); put(paste0(name, "/repeats/equal"), sum(a == b))
      put(paste0(name, "/repeats/within_one"), sum(abs(a - b) <= 1)); put(paste0(name, "/repeats/sd"), sqrt(sum((a - b)^2) / (2 * sum(twice))))
      put(paste0(name, "/repeats/kappa_quadratic"), kappa(a, b, "quadratic")$k)
    }
    own <- rows[rows$rater == raters[j] & rows$phase == "main" & !is.na(rows$value), ]; y <- own$value; n <- length(y)
    if (n >= 3) {
      position <- seq_len(n) - 1; d <- position - mean(position); slope <- sum(d * y) / sum(d^2)
      residuals <- y - mean(y) - slope * d; half <- qt(upper, n - 2) * sqrt(sum(residuals^2) / (n - 2) / sum(d^2))
      put(paste0(name, "/drift/slope_per_100"), 100 * slope); put_interval(paste0(name, "/drift/slope_per_100"), 100 * (slope + c(-1, 1) * half))
    }
    if (n >= 1) {
      put(paste0(name, "/runs/longest"), longest(y))
      put(paste0(name, "/runs/probability"), run_probability(longest(y), n, as.vector(table(y)) / n))
    }
  }
  rated <- Reduce(`|`, lapply(counted, function(x) !is.na(x)))
  if (all(sapply(counted, function(x) any(!is.na(x))))) {
    name <- paste0(item, "/these_raters"); n <- length(raters)
    drawn <- bootstrap(clusters(frame$class, frame$source, rated), counted)
    estimate <- over(lapply(counted, mean_of)); put(paste0(name, "/mean"), estimate)
    result <- interval_numbers(of_columns(drawn$sums, n), of_columns(drawn$without, n), estimate)
    variance <- sum(sapply(counted, function(x) var(x, na.rm = TRUE) / sum(!is.na(x)))) / n^2
    naive <- if (is.finite(variance)) estimate + c(-1, 1) * qnorm(upper) * sqrt(variance) else NULL
    clustered_numbers(name, result, variance, naive)
    if (n >= 5) {
      # All prototypes first, then all raters, from one stream.
      chosen <- matrix(floor(runif(n * resamples) * n) + 1, nrow = n)
      per_rater <- do.call(rbind, lapply(seq_len(n), function(j) means(drawn$sums, j)))
      general <- vapply(seq_len(resamples), function(i) mean(per_rater[chosen[, i], i]), 0); general <- general[is.finite(general)]
      name <- paste0(item, "/raters_in_general")
      put(paste0(name, "/mean"), estimate); put_interval(paste0(name, "/interval"), unname(quantile(general, c(1 - upper, upper))))
    }
  }
  if (!is.null(audit)) beside(item, prototypes, counted)
  table_of <- do.call(cbind, counted)
  for (i in seq_along(raters)) for (j in seq_along(raters)) if (i < j) {
    name <- paste0(item, "/pair/", raters[i], "/", raters[j])
    for (kind in c("unweighted", "linear", "quadratic")) {
      k <- kappa(counted[[i]], counted[[j]], kind)
      if (!is.null(k)) { put(paste0(name, "/kappa_", kind), k$k); put_interval(paste0(name, "/kappa_", kind), k$interval) }
    }
    d <- na.omit(counted[[j]] - counted[[i]])
    if (length(d) >= 2) {
      put(paste0(name, "/n"), length(d)); put(paste0(name, "/bias"), mean(d))
      put_interval(paste0(name, "/limits"), mean(d) + c(-1, 1) * qnorm(0.975) * sd(d))
    }
  }
  for (kind in c(ac1 = "unweighted", ac2_linear = "linear", ac2_quadratic = "quadratic")) {
    name <- paste0(item, "/", c(unweighted = "ac1", linear = "ac2_linear", quadratic = "ac2_quadratic")[[kind]])
    ac <- gwet(table_of, kind)
    if (!is.null(ac)) { put(name, ac$ac); put_interval(name, ac$interval) }
  }
  for (metric in c("nominal", "ordinal", "interval")) put(paste0(item, "/alpha_", metric), alpha(table_of, metric))
  models <- icc(table_of)
  for (m in seq_along(models)) if (!is.null(models[[m]])) {
    put(paste0(item, "/icc_", m, "_1"), models[[m]]$single); put_interval(paste0(item, "/icc_", m, "_1"), models[[m]]$interval)
    put(paste0(item, "/icc_", m, "_k"), models[[m]]$average)
  }
}

# --- compare ------------------------------------------------------------------

expected <- expected[!startsWith(expected$name, "setting/"), ]
names_found <- ls(found); wrong <- 0
complain <- function(...) { wrong <<- wrong + 1; if (wrong <= 20) cat(..., "\n") }
for (i in seq_len(nrow(expected))) {
  name <- expected$name[i]; value <- expected$value[i]
  if (!(name %in% names_found)) { complain("not recomputed:", name); next }
  own <- get(name, envir = found)
  if (abs(own - value) > 1e-6 * max(1, abs(value))) complain(name, "is", value, "in numbers.csv, recomputed", own)
}
for (name in setdiff(names_found, expected$name)) complain("not in numbers.csv:", name)
if (wrong > 0) { cat(wrong, "of", nrow(expected), "numbers differ\n"); quit(status = 1) }
cat(nrow(expected), "numbers recomputed, all equal\n")

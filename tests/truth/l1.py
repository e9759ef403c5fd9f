"""The L1 optimum of src/training/classifier.rs by scikit-learn."""

import numpy as np
from sklearn.linear_model import LogisticRegression

x = np.sin(np.outer(np.arange(1, 41), np.arange(1, 6)) * 0.7)
y = (x[:, 0] + 0.3 * x[:, 3] > 0.2).astype(int)
# Mean cross entropy + 0.05 |w| is 1/(N 0.05) times the sum form that scikit-learn minimises.
fit = LogisticRegression(
    penalty="l1", C=1 / (len(y) * 0.05), solver="saga", fit_intercept=False, tol=1e-10, max_iter=100000
).fit(x, y)
print(fit.coef_)

# The same where no weight of an own prototype may fall below 0 (the first four are own, the last is
# not and bears the L1): the bound makes |w| of the last the only kink, split into two parts.
from scipy.optimize import minimize


def objective(split):
    w = np.append(split[:4], split[4] - split[5])
    z = x @ w
    return np.mean(np.logaddexp(0, z) - y * z) + 0.05 * (split[4] + split[5])


bounded = minimize(objective, np.full(6, 0.1), method="L-BFGS-B", bounds=[(0, None)] * 6,
                   options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 10000, "maxfun": 1000000})
print(np.append(bounded.x[:4], bounded.x[4] - bounded.x[5]), bounded.fun)

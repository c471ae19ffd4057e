"""Networks as scikit-learn's estimators (extra `data`): imported on demand, never with `nn` itself.

networks.py  Classifier and Regressor, thin on `nn.fit`
"""

from nn.estimators.networks import Classifier, Regressor

__all__ = ["Classifier", "Regressor"]

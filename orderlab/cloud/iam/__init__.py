"""Who may do what: policies read, evaluated and enforced as IAM does.

The way in is `service.py`. Roles, users and their policies are moto's state (`identities.py`);
`documents.py` reads a policy, `evaluation.py` decides by it, `actions.py` says what a call of the
AWS API needs, `denials.py` words the refusal.
"""

from orderlab.cloud.iam.service import PermissionService

__all__ = ["PermissionService"]

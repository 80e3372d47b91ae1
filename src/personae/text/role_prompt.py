"""How a role is told to a model: outline, rules, and how to talk; macros are filled later."""

from __future__ import annotations

from personae.data.role import Role


def told_role(role: Role, *, rules: bool = True) -> str:
    """The system prompt of a role. The rules stand as what the character would say of itself."""
    listed = [f"- {rule.rule}" for rule in role.rules] if rules else []
    kept = "\n".join(["What {{char}} says of itself:", *listed]) if listed else ""
    manner = "Talk as {{char}}, in one or two short sentences."
    return "\n\n".join(part for part in (role.outline, kept, manner) if part)

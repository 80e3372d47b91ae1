"""Edits, regenerations, undo and branches behave like a tree kept in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Persona
from personae.store.types import ROOT, NewTurn

OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["say", "exchange", "edit", "regenerate", "undo", "branch", "leaf", "restart"]
        ),
        st.integers(0, 10**6),
    ),
    max_size=40,
)


@dataclass
class Tree:
    """The model: what each turn is, in the order they were made, and the leaf."""

    parent: dict[str, str] = field(default_factory=dict)
    speaker: dict[str, str] = field(default_factory=dict)
    leaf: str = ROOT

    def add(self, turn_id, speaker, parent):
        self.parent[turn_id], self.speaker[turn_id], self.leaf = parent, speaker, turn_id

    def path(self, leaf):
        path = []
        while leaf != ROOT:
            path.insert(0, leaf)
            leaf = self.parent[leaf]
        return path

    def children(self, turn_id):
        return [child for child, parent in self.parent.items() if parent == turn_id]

    def undo(self):
        path = self.path(self.leaf)
        said = [place for place, turn in enumerate(path) if self.speaker[turn] == "You"]
        if not said:
            return []
        self.leaf = self.parent[path[said[-1]]]
        return path[said[-1] :]

    def newest_leaf(self, turn_id):
        while below := self.children(turn_id):
            turn_id = below[-1]
        return turn_id


def apply(store, session_id, tree, operation, pick):
    """Do one operation to both the store and the model."""
    known = list(tree.parent)
    chosen = known[pick % len(known)] if known else ROOT
    if operation in ("say", "restart"):
        place = {"parent_id": ROOT} if operation == "restart" else {}
        parent = ROOT if operation == "restart" else tree.leaf
        speaker = ("You", "Ana", "Narrator")[pick % 3]
        turn = store.append_turn(session_id, NewTurn(speaker, str(pick)), **place)
        tree.add(turn.id, speaker, parent)
    elif operation == "exchange":
        turns = [NewTurn("You", "q"), NewTurn("Ana", "a")]
        said, reply = store.append_exchange(session_id, turns)
        tree.add(said.id, "You", tree.leaf)
        tree.add(reply.id, "Ana", said.id)
    elif operation in ("edit", "regenerate") and chosen != ROOT:
        parent, speaker = tree.parent[chosen], tree.speaker[chosen]
        turn = store.append_turn(session_id, NewTurn(speaker, "new"), parent_id=parent)
        tree.add(turn.id, speaker, parent)
    elif operation == "undo":
        assert [turn.id for turn in store.undo(session_id)] == tree.undo()
    elif operation == "branch":
        store.set_active_leaf(session_id, chosen)
        tree.leaf = chosen
    elif operation == "leaf" and chosen != ROOT:
        leaf = store.newest_leaf(chosen).id
        assert leaf == tree.newest_leaf(chosen)
        store.set_active_leaf(session_id, leaf)
        tree.leaf = leaf


@given(OPERATIONS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_sequence_of_operations_matches_the_model(store, operations):
    tree = Tree()
    ana = Persona(name="Ana", id="ana")
    session = store.create_session(ana, user_name="You", method="plain", model="m")
    for operation, pick in operations:
        apply(store, session.id, tree, operation, pick)
        path = store.path_to(session.id)
        assert [turn.id for turn in path] == tree.path(tree.leaf)
        assert [turn.parent_id for turn in path] == [tree.parent[turn.id] for turn in path]
    assert store.get_session(session.id).active_leaf == tree.leaf
    assert store.get_session(session.id).turn_count == len(tree.parent)
    for turn_id, parent in tree.parent.items():
        assert [turn.id for turn in store.children(turn_id)] == tree.children(turn_id)
        assert [turn.id for turn in store.siblings(turn_id)] == tree.children(parent)
        assert store.get_turn(turn_id).speaker == tree.speaker[turn_id]

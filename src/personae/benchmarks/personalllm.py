from pathlib import Path
PROMPTS = Path(__file__).parent / "personalllm_prompts.txt"

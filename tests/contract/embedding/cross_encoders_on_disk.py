"""Tiny random cross-encoders, saved as the real ones are: they show that loading and scoring work."""

from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertTokenizer,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
    XLMRobertaTokenizer,
)

from tests.contract.embedding.models_on_disk import MAX_TOKENS, SIZES, list_pieces, list_unigrams, number

ARCHITECTURES = ("bert", "xlm-roberta")


def build_cross_encoder(architecture: str, folder: Path, *, labels: int = 1) -> Path:
    """Save a tiny cross-encoder into the folder; the same weights every time.

    "bert" is as ms-marco-MiniLM, "xlm-roberta" as bge-reranker-v2-m3 and mmarco-mMiniLMv2.
    """
    torch.manual_seed(7)
    if architecture == "bert":
        vocabulary = list_pieces(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], continued="##")
        config = BertConfig(vocab_size=len(vocabulary), max_position_embeddings=MAX_TOKENS, num_labels=labels, **SIZES)
        BertForSequenceClassification(config).save_pretrained(folder)
        BertTokenizer(vocab=number(vocabulary), model_max_length=MAX_TOKENS).save_pretrained(folder)
        return folder
    scores = list_unigrams()
    wide = XLMRobertaConfig(
        vocab_size=len(scores),
        max_position_embeddings=MAX_TOKENS + 2,
        pad_token_id=1,
        type_vocab_size=1,
        num_labels=labels,
        **SIZES,
    )
    XLMRobertaForSequenceClassification(wide).save_pretrained(folder)
    XLMRobertaTokenizer(vocab=scores, model_max_length=MAX_TOKENS).save_pretrained(folder)
    return folder

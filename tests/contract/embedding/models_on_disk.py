"""Tiny random models of the catalog's architectures, saved as the real ones are: they show that loading works."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import (
    BertConfig,
    BertModel,
    BertTokenizer,
    MPNetConfig,
    MPNetModel,
    MPNetTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    XLMRobertaConfig,
    XLMRobertaModel,
    XLMRobertaTokenizer,
)

DIMENSION = 32
MAX_TOKENS = 48
SIZES: dict[str, Any] = {
    "hidden_size": DIMENSION,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    # Random weights of the usual size make nearly the same vector of every text.
    "initializer_range": 0.2,
}
_SAMPLE = (
    "senior junior nurse welder cook driver developer engineer teacher of in for with at the a and night shift query"
    " passage"
    " Москва Казань повар водитель медсестра инженер программист опыт работы в на с и для"
)


def build_bert(folder: Path) -> None:
    """As all-MiniLM-L6-v2, LaBSE-en-ru and rubert-tiny2: WordPiece, mean pooling, normalized."""
    vocabulary = list_pieces(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], continued="##")
    config = BertConfig(vocab_size=len(vocabulary), max_position_embeddings=MAX_TOKENS, **SIZES)
    tokenizer = BertTokenizer(vocab=number(vocabulary), model_max_length=MAX_TOKENS)
    _save(folder, BertModel(config), tokenizer, pooling="mean")


def build_mpnet(folder: Path) -> None:
    """As all-mpnet-base-v2."""
    vocabulary = list_pieces(["<s>", "<pad>", "</s>", "<mask>", "[UNK]"], continued="##")
    config = MPNetConfig(vocab_size=len(vocabulary), max_position_embeddings=MAX_TOKENS + 2, pad_token_id=1, **SIZES)
    tokenizer = MPNetTokenizer(vocab=number(vocabulary), model_max_length=MAX_TOKENS)
    _save(folder, MPNetModel(config), tokenizer, pooling="mean")


def build_xlm_roberta(folder: Path) -> None:
    """As multilingual-e5 and bge-m3: SentencePiece unigrams; the first token's vector, as in bge-m3."""
    scores = list_unigrams()
    config = XLMRobertaConfig(
        vocab_size=len(scores), max_position_embeddings=MAX_TOKENS + 2, pad_token_id=1, type_vocab_size=1, **SIZES
    )
    tokenizer = XLMRobertaTokenizer(vocab=scores, model_max_length=MAX_TOKENS)
    _save(folder, XLMRobertaModel(config), tokenizer, pooling="cls")


BUILDERS: dict[str, Callable[[Path], None]] = {
    "bert": build_bert,
    "xlm-roberta": build_xlm_roberta,
    "mpnet": build_mpnet,
}


def list_unigrams() -> list[tuple[str, float]]:
    """Pieces of the sample for a SentencePiece tokenizer, each with its score."""
    pieces = list_pieces([], continued="")
    scores = [(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>")]
    scores += [(f"\u2581{piece}", -float(8 - min(len(piece), 7))) for piece in pieces]
    scores += [(piece, -9.0) for piece in pieces if len(piece) == 1]
    return [*scores, ("\u2581", -9.0), ("<mask>", 0.0)]


def list_pieces(special: list[str], *, continued: str) -> list[str]:
    """Words of the sample and single characters; the latter also as continuations of words."""
    words = sorted({word.lower() for word in re.findall(r"\w+", _SAMPLE)})
    characters = sorted(set("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюя0123456789.,:;-_"))
    continuations = [f"{continued}{character}" for character in characters] if continued else []
    return [*special, *words, *[c for c in characters if c not in words], *continuations]


def number(pieces: list[str]) -> dict[str, int]:
    """The pieces as a vocabulary."""
    return {piece: index for index, piece in enumerate(pieces)}


def _save(folder: Path, network: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, *, pooling: str) -> None:
    parts = folder.parent / f"{folder.name}-parts"
    network.save_pretrained(parts)
    tokenizer.save_pretrained(parts)
    transformer = Transformer(str(parts))
    modules: list[torch.nn.Module] = [transformer, Pooling(DIMENSION, pooling_mode=pooling), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save_pretrained(str(folder), create_model_card=False)


def build_model(architecture: str, folder: Path) -> Path:
    """Save a tiny model of the architecture into the folder; the same weights every time."""
    torch.manual_seed(7)
    BUILDERS[architecture](folder)
    return folder

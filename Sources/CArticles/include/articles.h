#pragma once
#include <stddef.h>

/// How many articles of the documentation the program has with it.
size_t article_count(void);

/// The name of an article's file, without its folder and ending; `index` is below `article_count()`.
const char *_Nonnull article_name(size_t index);

/// The text of an article, in Markdown and UTF-8, ended by a NUL.
const char *_Nonnull article_text(size_t index);

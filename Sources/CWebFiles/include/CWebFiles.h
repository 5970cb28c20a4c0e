#pragma once

/// A file for browsers that is part of the program.
struct web_file {
    /// Where it is served, such as `/client/realtime.js`.
    const char *_Nonnull path;
    /// What is in it: text that ends with a zero byte.
    const unsigned char *_Nonnull text;
};

/// All of them, for as long as the program runs, and how many they are.
const struct web_file *_Nonnull web_files(int *_Nonnull count);

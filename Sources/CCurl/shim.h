#include <curl/curl.h>

/* curl_easy_setopt and its relatives are variadic, which Swift can't call: one function for each type of
   argument. Strings are copied by libcurl, but for CURLOPT_ERRORBUFFER and lists, which it keeps using. */
static inline CURLcode realtime_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode realtime_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode realtime_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode realtime_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode realtime_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*realtime_curl_receiver)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode realtime_curl_set_receiver(
    CURL *easy, CURLoption option, realtime_curl_receiver value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode realtime_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode realtime_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

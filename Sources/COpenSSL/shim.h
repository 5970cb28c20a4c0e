/* Functions and constants of OpenSSL that are macros there, which Swift cannot see.
   _GNU_SOURCE is not set here: see CLibuv. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static const uint64_t realtime_op_no_compression = SSL_OP_NO_COMPRESSION;
static const uint64_t realtime_op_no_renegotiation = SSL_OP_NO_RENEGOTIATION;
static const uint64_t realtime_op_server_preference = SSL_OP_CIPHER_SERVER_PREFERENCE;
static const uint64_t realtime_op_prioritize_chacha = SSL_OP_PRIORITIZE_CHACHA;
static const long realtime_mode_release_buffers = SSL_MODE_RELEASE_BUFFERS;

static inline int realtime_ctx_set_min_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline int realtime_ctx_set_max_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_max_proto_version(context, version);
}

static inline void realtime_ctx_set_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_mode(context, mode);
}

static inline void realtime_ctx_disable_session_cache(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline int realtime_ctx_set_groups(SSL_CTX *context, const char *groups) {
    return (int)SSL_CTX_set1_groups_list(context, groups);
}

static inline int realtime_ctx_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

/* Says that a read did not fail but found nothing yet. */
static inline void realtime_bio_set_retry_read(BIO *bio) {
    BIO_set_retry_read(bio);
}

static inline void realtime_bio_clear_retry(BIO *bio) {
    BIO_clear_retry_flags(bio);
}

/* The same feature set as every other module that reads the C library's headers: two modules that saw
   fd_set in different forms could not be imported together. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

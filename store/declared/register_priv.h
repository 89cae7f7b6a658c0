/*
 * register_priv: what the files behind register.h share.
 */
#ifndef OTUS_STORE_DECLARED_REGISTER_PRIV_H
#define OTUS_STORE_DECLARED_REGISTER_PRIV_H

#include "store/declared/register.h"

#define REGISTER_VERSION 1

#endif

/*
 * web: the HTTP server: the API, the page, and the stream of what is new.
 *
 * One thread.  It never waits: web_fd() is polled by the caller, web_run() does
 * what can be done now.  It reads the database through store's queries and
 * writes nothing anywhere.
 *
 * The role (role.c) is what the parent starts; its configuration is the path
 * of the state directory, its descriptor "listen" the socket of web_listen().
 */
#ifndef OTUS_WEB_WEB_H
#define OTUS_WEB_WEB_H

#include <stdint.h>

#include "base/err.h"

struct web;
struct proc_env;

struct web_options {
	int listen_fd;   /* stays the caller's */
	const char *dir; /* state directory: its database must be there */
};

/* ERR_NOENT: there is no database yet. */
int web_new(const struct web_options *, struct web **ret) MUST_CHECK;
void web_free(struct web *); /* accepts NULL */
/* What is in force, for the status; kept by copy. */
void web_sandbox(struct web *, const char *text);

/* Readable when there is something to do. */
int web_fd(const struct web *);
/* Milliseconds after which web_run() is due anyway. */
int web_timeout_ms(const struct web *);
int web_run(struct web *) MUST_CHECK;

/* The role's main function, for proc_child(). */
int web_role(struct proc_env *) MUST_CHECK;

#endif

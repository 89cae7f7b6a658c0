/*
 * ftp: what the parts of this folder share.
 */
#ifndef OTUS_DISSECTORS_FTP_FTP_H
#define OTUS_DISSECTORS_FTP_FTP_H

#include "dissectors/line.h"
#include "dissectors/registry.h"

#define FTP_NAME_MAX   128 /* of a file's or a user's name, what is kept */
#define FTP_GREETS_MAX 16  /* lines of a greeting that are looked at     */

enum ftp_field { FTPF_ARGUMENT = EV_PROTO_BASE, FTPF_TEXT, FTPF_END };

enum ftp_does {
	FTP_TELLS,  /* its argument may be told, and its reply's text */
	FTP_SECRET, /* neither                                        */
	FTP_USER,
	FTP_SYST,
	FTP_AUTH,
	FTP_GETS, /* the argument is a file from the server */
	FTP_PUTS, /* ... to the server                      */
};

struct ftp_verb {
	const char *name;
	uint8_t cls;  /* enum ev_class */
	uint8_t does; /* enum ftp_does */
};

/* The last entry is for all that is not in the table. */
extern const struct ftp_verb ftp_verbs[];
uint8_t ftp_verb_find(const struct rd *word);
bool ftp_verb_is_known(uint8_t);

struct ftp_text {
	uint8_t n;
	uint8_t text[FTP_NAME_MAX];
};

/* What outlives a line. */
struct ftp_state {
	uint16_t multi;  /* the code that ends a reply of several lines */
	uint8_t verb;    /* of the last command, and 1; 0: none        */
	bool began;      /* a transfer, and has not ended              */
	bool encrypted;  /* TLS begins: RFC 4217                       */
	bool rest_of[2]; /* a side's line was too long and goes on     */
	uint8_t greets;  /* lines of the greeting that may yet tell    */
	uint8_t greeted; /* what its lines have told: facts.c          */
	struct ftp_text user, file;
};

struct ftp_reply {
	uint16_t code;
	bool goes_on;
	uint8_t verb; /* of the command that it answers */
	bool paired;
	struct rd text;
};

/* facts.c: what follows from a command, and from a reply. */
void ftp_asked(struct dis_ctx *, uint8_t verb, const struct rd *argument);
void ftp_answered(struct dis_ctx *, const struct ftp_reply *);
/* Another line of the greeting. */
void ftp_greets_on(struct dis_ctx *, const struct rd *text);
/* Whether a greeting is a file server's beyond doubt. */
bool ftp_is_greeting(const struct rd *text);

#endif

/* crash.h - one line when the program dies of SIGSEGV, SIGBUS or SIGABRT: signal, address, variant.
 *
 * May include nothing. Handlers that stood there before are called afterwards, or the default action is taken.
 */
#ifndef HAK_CRASH_H
#define HAK_CRASH_H

void crash_install(void);

#endif

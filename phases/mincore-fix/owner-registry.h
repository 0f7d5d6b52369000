/* owner-registry.h - the default answer of the owner seam: an exact map of the mapped blocks. Asks nobody, reads nothing near
 * a pointer, makes no system call to find one. */
#ifndef HAK_OWNER_REGISTRY_H
#define HAK_OWNER_REGISTRY_H

#define OWNER_NAME "registry"

static inline size_t owner_header(void)
{
    return 0;
}

#endif
